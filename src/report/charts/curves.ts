import type { Html } from "../markup.js";
import type { EpochResult, ModelResult } from "../results.js";
import { logAxis } from "./log-axis.js";
import { axisStyle, type ChartOption, colour, nameBelow, renderSvg } from "./svg.js";

const size = { width: 430, height: 270 };

/** Test error by epoch: a thin line per seed, a bold one for their mean, one colour per model; logarithmic scale. */
export function errorCurves(models: readonly ModelResult[], testImages: number): Html {
  const error = (epoch: EpochResult) => 100 - epoch.testTop1;
  const final = models.map((model) => `${model.name} ends at ${model.errorMean.toFixed(2)} %`);
  const label = `Test error by epoch on a logarithmic scale; ${final.join(", ")}.`;
  return curves(models, { value: error, unit: " %", floor: 50 / testImages, label });
}

/** Training loss by epoch, drawn as `errorCurves` are. */
export function lossCurves(models: readonly ModelResult[]): Html {
  const loss = (epoch: EpochResult) => epoch.trainLoss ?? Number.NaN;
  const label = `Training loss by epoch on a logarithmic scale for ${models.map((model) => model.name).join(", ")}.`;
  return curves(models, { value: loss, unit: "", floor: 1e-5, label });
}

interface Curve {
  readonly value: (epoch: EpochResult) => number;
  readonly unit: string;
  readonly floor: number;
  readonly label: string;
}

function curves(models: readonly ModelResult[], { value, unit, floor, label }: Curve): Html {
  const epochs = models.flatMap((model) => model.runs.flatMap((run) => run.epochs));
  const axis = logAxis(epochs.map(value), floor, unit);
  const last = Math.max(...epochs.map((epoch) => epoch.epoch));
  const series = models.flatMap((model, index) => {
    const seeds = model.runs.map((run) => run.epochs.map((e): [number, number] => [e.epoch, value(e)]));
    const thin = seeds.map((points) => line(points, axis.place, index, { width: 1, opacity: 0.4 }));
    return [...thin, line(meanOf(seeds), axis.place, index, { width: 2.5, opacity: 1 })];
  });
  const option: ChartOption = {
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: {
      ...axisStyle,
      ...nameBelow("epoch"),
      type: "value",
      min: Math.min(1, last - 1),
      max: last,
      minInterval: 1,
      splitLine: { show: false },
    },
    yAxis: axis.option,
    series,
  };
  return renderSvg(option, { ...size, label });
}

function line(
  points: readonly (readonly [number, number])[],
  place: (value: number) => number,
  index: number,
  style: { width: number; opacity: number },
) {
  return {
    type: "line" as const,
    data: points.map(([x, y]) => [x, place(y)]),
    showSymbol: points.length === 1,
    silent: true,
    itemStyle: { color: colour.model(index) },
    lineStyle: { color: colour.model(index), ...style },
  };
}

/** The mean over seeds at every epoch that all of them reached. */
function meanOf(seeds: readonly (readonly (readonly [number, number])[])[]): [number, number][] {
  const length = Math.min(...seeds.map((points) => points.length));
  return Array.from({ length }, (_, k) => [
    seeds[0]![k]![0],
    seeds.reduce((sum, points) => sum + points[k]![1], 0) / seeds.length,
  ]);
}
