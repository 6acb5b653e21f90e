import type { CustomSeriesOption } from "echarts/charts";
import type { Html } from "../markup.js";
import { niceTicks } from "./nice-ticks.js";
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
 * @param options.most how far from 0 a value can be at most.
 */
export function intervalPlot(
  rows: readonly IntervalRow[],
  {
    index,
    axis,
    label,
    most,
    rowHeight = 34,
  }: { index: number; axis: string; label: string; most: number; rowHeight?: number },
): Html {
  const within = (value: number) => Math.min(most, Math.max(-most, value));
  const low = Math.min(0, ...rows.map((row) => row.interval[0]));
  const high = Math.max(0, ...rows.map((row) => row.interval[1]));
  const margin = Math.max(0.05, 0.06 * (high - low));
  const [min, max] = [within(low - margin), within(high + margin)];
  const customValues = niceTicks(min, max);
  const left = 28 + 7.2 * Math.max(...rows.map((row) => row.name.length));
  const option: ChartOption = {
    grid: { left, right: 20, top: 10, bottom: 48 },
    xAxis: {
      ...axisStyle,
      ...nameBelow(axis),
      type: "value",
      min,
      max,
      axisTick: { ...axisStyle.axisTick, customValues },
      axisLabel: {
        ...axisStyle.axisLabel,
        customValues,
        formatter: (value: number) => String(value).replace("-", "−"),
      },
    },
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
      zeroLine,
      ...rows.map(({ interval, ...row }) =>
        bar({ ...row, interval: [within(interval[0]), within(interval[1])] }, index),
      ),
      ...rows.map((row) => dot(row, index)),
    ],
  };
  return renderSvg(option, { width: 430, height: 58 + rowHeight * rows.length, label });
}

/** A line at 0 over the whole height of the plot. */
const zeroLine: CustomSeriesOption = {
  type: "custom",
  silent: true,
  data: [0],
  renderItem: ({ coordSys }, api) => {
    const { y, height } = coordSys as { type: string; y: number; height: number };
    const x = api.coord([0, 0])[0]!;
    const shape = { x1: x, y1: y, x2: x, y2: y + height };
    return { type: "line", shape, style: { stroke: colour.ink, lineWidth: 1.5, opacity: 0.7 } };
  },
};

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
