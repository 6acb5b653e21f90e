import type { Html } from "../markup.js";
import { axisStyle, type ChartOption, colour, nameBelow, renderSvg } from "./svg.js";

/** One row of an interval plot. */
export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
  /** The row that matters most: drawn bold. */
  readonly bold?: boolean;
}

/**
 * Estimates with their intervals, one row each, from top to bottom, around a zero line.
 * @param options.index the candidate's place among the models, which gives the colour.
 * @param options.axis name of the horizontal axis, with its unit.
 */
export function intervalPlot(
  rows: readonly IntervalRow[],
  { index, axis, label, rowHeight = 34 }: { index: number; axis: string; label: string; rowHeight?: number },
): Html {
  const reach = Math.max(1e-6, ...rows.flatMap((row) => row.interval.map(Math.abs)));
  const low = Math.min(0, ...rows.map((row) => row.interval[0]));
  const high = Math.max(0, ...rows.map((row) => row.interval[1]));
  const margin = 0.06 * Math.max(reach, high - low);
  const left = 28 + 7.2 * Math.max(...rows.map((row) => row.name.length));
  const option: ChartOption = {
    grid: { left, right: 20, top: 10, bottom: 48 },
    xAxis: { ...axisStyle, ...nameBelow(axis), type: "value", min: low - margin, max: high + margin, axisLabel: plain },
    yAxis: {
      ...axisStyle,
      type: "category",
      inverse: true,
      data: rows.map((row) => row.name),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: colour.ink, fontSize: 12, interval: 0 },
    },
    series: [
      {
        type: "line",
        silent: true,
        showSymbol: false,
        lineStyle: { color: colour.ink, width: 1.5, opacity: 0.7 },
        data: zeroLine(rows),
      },
      ...rows.map((row) => bar(row, index)),
      ...rows.map((row) => dot(row, index)),
    ],
  };
  return renderSvg(option, { width: 560, height: 58 + rowHeight * rows.length, label });
}

// The axis ends at uneven numbers; labels are for the round ticks in between.
const plain = {
  ...axisStyle.axisLabel,
  showMinLabel: false,
  showMaxLabel: false,
  formatter: (value: number) => String(Number(value.toFixed(2))).replace("-", "−"),
};

function zeroLine(rows: readonly IntervalRow[]): [number, string][] {
  return rows.map((row) => [0, row.name]);
}

function bar({ name, interval, bold = false }: IntervalRow, index: number) {
  return {
    type: "line" as const,
    silent: true,
    showSymbol: false,
    data: interval.map((end) => [end, name]),
    lineStyle: { color: colour.model(index), width: bold ? 5 : 2, opacity: bold ? 1 : 0.55, cap: "round" as const },
  };
}

function dot({ name, value, bold = false }: IntervalRow, index: number) {
  return {
    type: "line" as const,
    silent: true,
    symbol: bold ? "diamond" : "circle",
    symbolSize: bold ? 16 : 8,
    data: [[value, name]],
    itemStyle: { color: colour.model(index), borderColor: "var(--surface)", borderWidth: bold ? 2 : 0 },
  };
}
