import type { GateResult } from "../../compare/results.js";
import type { Html } from "../markup.js";
import { shortSites } from "./short-sites.js";
import { axisStyle, colour, nameBelow, renderSvg } from "./svg.js";

/** How many channels a chart draws at most; of more it draws this many, evenly spaced in their order. */
export const mostChannelsDrawn = 128;

/**
 * The mean gates of one block, channels in ascending order: a thin line per seed, and for the first seed a bold line
 * in a band of one standard deviation over the test images. The dotted line is ½, where an untrained gate starts.
 * @param seeds the block's gates, one entry per seed.
 */
export function gateChart(seeds: readonly GateResult[], { index, label }: { index: number; label: string }): Html {
  const [first, ...others] = seeds.map(ascending);
  const lines = others.map((points) =>
    line(
      points.map((p) => p.mean),
      { width: 1, opacity: 0.45 },
      index,
    ),
  );
  const [low, high] = range(seeds);
  const band = first!.map(({ mean, std }, x) => [x, Math.max(low, mean - std), Math.min(high, mean + std)]);
  return renderSvg(
    {
      grid: { left: 30, right: 8, top: 10, bottom: 34 },
      xAxis: {
        ...axisStyle,
        ...nameBelow(
          `${first!.length < seeds[0]!.channels ? `${first!.length} of ` : ""}${seeds[0]!.channels} channels`,
          12,
        ),
        type: "value",
        min: 0,
        max: Math.max(1, first!.length - 1),
        axisLabel: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
      },
      yAxis: { ...axisStyle, type: "value", min: low, max: high, interval: (high - low) / 2 },
      series: [
        {
          type: "custom",
          silent: true,
          data: [0],
          renderItem: (_, api) => {
            const at = (x: number, y: number) => api.coord([x, y]) as [number, number];
            const points = [
              ...band.map(([x, from]) => at(x!, from!)),
              ...band.toReversed().map(([x, , to]) => at(x!, to!)),
            ];
            return { type: "polygon", shape: { points }, style: { fill: colour.model(index), opacity: 0.2 } };
          },
        },
        half(first!.length - 1),
        ...lines,
        line(
          first!.map((p) => p.mean),
          { width: 2, opacity: 1 },
          index,
        ),
      ],
    },
    { width: 300, height: 190, label },
  );
}

/** One spread of the gates, block by block: a value per block, from the first to the last. */
export interface SpreadLine {
  readonly name: string;
  readonly values: readonly number[];
  readonly style: "solid" | "dashed" | "dotted";
}

/** How far the gates of each block vary, from the first block to the last, one line per kind of variation. */
export function spreadChart(
  sites: readonly string[],
  spreads: readonly SpreadLine[],
  { index, label }: { index: number; label: string },
): Html {
  const names = shortSites(sites);
  return renderSvg(
    {
      grid: { left: 44, right: 16, top: 12, bottom: 76 },
      xAxis: {
        ...axisStyle,
        type: "category",
        data: names,
        axisLabel: {
          ...axisStyle.axisLabel,
          rotate: 50,
          interval: names.length > 24 ? Math.ceil(names.length / 18) : 0,
        },
      },
      yAxis: { ...axisStyle, type: "value", min: 0 },
      series: spreads.map(({ values, style }) => ({
        type: "line" as const,
        silent: true,
        symbolSize: 6,
        data: [...values],
        itemStyle: { color: colour.model(index) },
        lineStyle: { color: colour.model(index), width: 2, type: style },
      })),
    },
    { width: 430, height: 250, label },
  );
}

/**
 * What the axis covers: 0 to 1, as gates of a sigmoid do, and further where a hyperbolic tangent or a ReLU goes
 * further.
 */
function range(seeds: readonly GateResult[]): [low: number, high: number] {
  const means = seeds.flatMap(({ mean }) => mean);
  return [Math.floor(Math.min(0, ...means)), Math.ceil(Math.max(1, ...means))];
}

/** Mean and deviation of the channels by ascending mean, thinned to what can be drawn. */
function ascending({ mean, std }: GateResult): { mean: number; std: number }[] {
  const sorted = mean.map((m, c) => ({ mean: m, std: std[c]! })).sort((a, b) => a.mean - b.mean);
  if (sorted.length <= mostChannelsDrawn) return sorted;
  const step = (sorted.length - 1) / (mostChannelsDrawn - 1);
  return Array.from({ length: mostChannelsDrawn }, (_, k) => sorted[Math.round(k * step)]!);
}

function line(values: readonly number[], style: { width: number; opacity: number }, index: number) {
  return {
    type: "line" as const,
    silent: true,
    showSymbol: values.length === 1,
    data: values.map((y, x) => [x, y]),
    lineStyle: { color: colour.model(index), ...style },
    itemStyle: { color: colour.model(index) },
  };
}

function half(end: number) {
  return {
    type: "line" as const,
    silent: true,
    showSymbol: false,
    data: [
      [0, 0.5],
      [Math.max(1, end), 0.5],
    ],
    lineStyle: { color: colour.ink, width: 1, type: [2, 4], opacity: 0.7 },
  };
}
