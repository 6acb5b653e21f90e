import type { Html } from "../markup.js";
import { colour, renderSvg } from "./svg.js";

/** Above this the cells are too small to read. */
export const mostClassesDrawn = 64;

/**
 * A confusion matrix as a grid: grey diagonal, mistakes coloured, the stronger the more there are.
 * @param matrix counts, rows true, columns predicted.
 * @param options.strongest the count drawn in full colour, the same for all matrices that are to be compared.
 */
export function confusionHeatmap(
  matrix: readonly (readonly number[])[],
  { classes, strongest, label }: { classes: readonly string[]; strongest: number; label: string },
): Html {
  const names = classes.map((name) => (name.length > 12 ? `${name.slice(0, 11)}…` : name));
  const long = 7 * Math.max(...names.map((name) => name.length));
  const side = 440 - 48 - long;
  const cells = matrix.flatMap((row, t) => row.flatMap((count, p) => (count > 0 ? [[p, t, count]] : [])));
  const fontSize = Math.min(12, Math.max(7, (side / classes.length) * 0.8));
  const upright = Math.max(...names.map((name) => name.length)) > 2;
  const axis = {
    type: "category" as const,
    data: names,
    nameTextStyle: { color: colour.muted, fontSize: 12 },
    nameLocation: "middle" as const,
    axisLine: { show: true, lineStyle: { color: colour.rule } },
    axisTick: { show: false },
  };
  const axisLabel = { interval: 0, color: colour.muted, fontSize };
  return renderSvg(
    {
      grid: { left: 40 + long, right: 8, top: 8, bottom: 40 + (upright ? long : 14) },
      xAxis: {
        ...axis,
        name: "predicted",
        nameGap: 14 + (upright ? long : 14),
        axisLabel: { ...axisLabel, rotate: upright ? 90 : 0 },
      },
      yAxis: { ...axis, name: "true", inverse: true, nameGap: 16 + long, axisLabel },
      series: [
        {
          type: "custom",
          silent: true,
          data: cells,
          renderItem: (_, api) => {
            const [p, t, count] = [0, 1, 2].map((k) => Number(api.value(k))) as [number, number, number];
            const [x, y] = api.coord([p, t]) as [number, number];
            const [width, height] = api.size!([1, 1]) as [number, number];
            const right = p === t;
            const opacity = right ? 1 : 0.06 + 0.94 * Math.min(1, count / strongest);
            const rect = {
              type: "rect" as const,
              shape: { x: x - width / 2 + 0.5, y: y - height / 2 + 0.5, width: width - 1, height: height - 1, r: 1.5 },
              style: { fill: right ? "var(--diagonal)" : colour.mistake, opacity },
            };
            if (width < 26) return rect;
            const text = {
              type: "text" as const,
              style: {
                text: String(count),
                x,
                y,
                fontFamily: "inherit",
                fontSize: Math.min(12, width / 3),
                align: "center" as const,
                verticalAlign: "middle" as const,
                fill: right || opacity < 0.5 ? colour.ink : "var(--surface)",
              },
            };
            return { type: "group", children: [rect, text] };
          },
        },
      ],
    },
    { width: 440, height: 440, label },
  );
}
