import type { EpochResult, ModelResult } from "../../compare/results.js";
import type { Html } from "../markup.js";
import { logAxis } from "./log-axis.js";
import { axisStyle, type ChartOption, colour, nameBelow, renderSvg } from "./svg.js";

const size = { width: 430, height: 270 };

/** Test error by epoch: a thin line per seed, a bold one for their mean, one colour per model; logarithmic scale. */
export function errorCurves(models: readonly ModelResult[], testImages: number): Html {
  const points = ({ epoch, testTop1 }: EpochResult): Point[] => [[epoch, 100 - testTop1]];
  const final = models.map((model) => `${model.name} ends at ${model.errorMean.toFixed(2)} %`);
  const label = `Test error by epoch on a logarithmic scale; ${final.join(", ")}.`;
  return curves(models, { points, unit: " %", floor: 50 / testImages, label });
}

/** Training loss, several times an epoch where it was recorded, drawn as `errorCurves` are. */
export function lossCurves(models: readonly ModelResult[]): Html {
  const points = ({ epoch, trainLoss, trainLosses = [trainLoss] }: EpochResult) =>
    trainLosses.map((loss, i): Point => [epoch - 1 + (i + 1) / trainLosses.length, loss ?? Number.NaN]);
  const label = `Training loss by epoch on a logarithmic scale for ${models.map((model) => model.name).join(", ")}.`;
  return curves(models, { points, unit: "", floor: 1e-5, label });
}

/** Epochs done, and the value then. */
type Point = readonly [epoch: number, value: number];

interface Curve {
  readonly points: (epoch: EpochResult) => readonly Point[];
  readonly unit: string;
  readonly floor: number;
  readonly label: string;
}

function curves(models: readonly ModelResult[], { points, unit, floor, label }: Curve): Html {
  const all = models.flatMap((model) => model.runs.flatMap((run) => run.epochs.flatMap(points)));
  const axis = logAxis(
    all.map(([, value]) => value),
    floor,
    unit,
  );
  const [first, last] = [Math.min(...all.map(([epoch]) => epoch)), Math.max(...all.map(([epoch]) => epoch))];
  const series = models.flatMap((model, index) => {
    const seeds = model.runs.map((run) => run.epochs.flatMap(points));
    const thin = seeds.map((seed) => line(seed, axis.place, index, { width: 1, opacity: 0.4 }));
    return [...thin, line(meanOf(seeds), axis.place, index, { width: 2.5, opacity: 1 })];
  });
  const option: ChartOption = {
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: {
      ...axisStyle,
      ...nameBelow("epoch"),
      type: "value",
      min: first < 1 ? 0 : Math.min(1, last - 1),
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
  points: readonly Point[],
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

/** The mean over seeds at every point that all of them reached. */
function meanOf(seeds: readonly (readonly Point[])[]): Point[] {
  const length = Math.min(...seeds.map((points) => points.length));
  return Array.from(
    { length },
    (_, k): Point => [seeds[0]![k]![0], seeds.reduce((sum, points) => sum + points[k]![1], 0) / seeds.length],
  );
}
