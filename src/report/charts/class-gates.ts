import type { GateSpread } from "../../explain/gate-tally.js";
import type { Html } from "../markup.js";
import { mostChannelsDrawn } from "./gates.js";
import { axisStyle, colour, nameBelow, renderSvg } from "./svg.js";

/** Gates of a block over the images of a class, or of all. */
export interface GateLine {
  readonly name: string;
  readonly gates: GateSpread;
  /** Which colour; undefined for all classes together, which is bold and in the colour of ink. */
  readonly index: number | undefined;
}

/** The channels that a chart draws: in ascending order of their mean over all images, evenly thinned. */
export function drawnChannels(all: GateSpread): number[] {
  const order = all.mean.map((_, c) => c).sort((a, b) => all.mean[a]! - all.mean[b]! || a - b);
  if (order.length <= mostChannelsDrawn) return order;
  const step = (order.length - 1) / (mostChannelsDrawn - 1);
  return Array.from({ length: mostChannelsDrawn }, (_, k) => order[Math.round(k * step)]!);
}

/**
 * The mean gate of each channel, a line for each class and one for all (the paper's figure 6); with `bands`, one standard
 * deviation around each (figure 7).
 * @param channels those that are drawn, from left to right.
 */
export function classGatesChart(
  lines: readonly GateLine[],
  { channels, bands, label }: { channels: readonly number[]; bands: boolean; label: string },
): Html {
  const drawn = lines.map(({ gates, index }) => {
    const points = channels.map((c, x) => [x, gates.mean[c]!, gates.std[c]!] as const);
    return { points, index };
  });
  const ends = drawn.flatMap(({ points }) =>
    points.flatMap(([, mean, std]) => (bands ? [mean - std, mean + std] : [mean])),
  );
  const low = Math.floor(Math.min(0, ...ends.filter((end) => end < -0.5)));
  const high = Math.ceil(Math.max(1, ...ends.filter((end) => end > 1.5)));
  const within = (y: number) => Math.min(high, Math.max(low, y));
  const total = lines[0]!.gates.mean.length;
  return renderSvg(
    {
      grid: { left: 34, right: 8, top: 10, bottom: 34 },
      xAxis: {
        ...axisStyle,
        ...nameBelow(`${channels.length < total ? `${channels.length} of ` : ""}${total} channels`, 12),
        type: "value",
        min: 0,
        max: Math.max(1, channels.length - 1),
        axisLabel: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
      },
      yAxis: { ...axisStyle, type: "value", min: low, max: high, interval: (high - low) / 4 },
      series: [
        ...(bands ? drawn : []).map(({ points, index }) => ({
          type: "custom" as const,
          silent: true,
          data: [0],
          renderItem: (_: unknown, api: { coord(at: number[]): number[] }) => {
            const at = (x: number, y: number) => api.coord([x, within(y)]) as [number, number];
            const upper = points.map(([x, mean, std]) => at(x, mean + std));
            const lower = points.toReversed().map(([x, mean, std]) => at(x, mean - std));
            return {
              type: "polygon" as const,
              shape: { points: [...upper, ...lower] },
              style: { fill: paint(index), opacity: 0.18 },
            };
          },
        })),
        ...drawn.map(({ points, index }) => ({
          type: "line" as const,
          silent: true,
          showSymbol: points.length === 1,
          data: points.map(([x, mean]) => [x, within(mean)]),
          lineStyle: { color: paint(index), width: index === undefined ? 2.5 : 1.4 },
          itemStyle: { color: paint(index) },
        })),
      ],
    },
    { width: 430, height: 230, label },
  );
}

function paint(index: number | undefined): string {
  return index === undefined ? colour.ink : colour.model(index);
}
