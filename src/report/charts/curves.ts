import type { EpochResult, ModelResult } from "../../compare/results.js";
import { fixed } from "../format.js";
import type { Html } from "../markup.js";
import { logAxis } from "./log-axis.js";
import { axisStyle, type ChartOption, colour, nameBelow, renderSvg } from "./svg.js";

const size = { width: 430, height: 270 };

/** Test error by epoch: a thin line per seed, a bold one for their mean, one colour per model; logarithmic scale. */
export function errorCurves(models: readonly ModelResult[], testImages: number): Html {
  const points = ({ epoch, testTop1 }: EpochResult): Point[] => [[epoch, 100 - testTop1]];
  const final = models.map((model) => `${model.name} ends at ${model.errorMean.toFixed(2)} %`);
  const label = `Test error by epoch on a logarithmic scale; ${final.join(", ")}.`;
  return curves(seedsOf(models, points), { unit: " %", floor: 50 / testImages, label });
}

/** Training loss, several times an epoch where it was recorded, drawn as `errorCurves` are. */
export function lossCurves(models: readonly ModelResult[]): Html {
  const label = `Training loss by epoch on a logarithmic scale for ${models.map((model) => model.name).join(", ")}.`;
  return curves(seedsOf(models, trainLossPoints), { unit: "", floor: 1e-5, label });
}

/** The loss of one run in training, several times an epoch, and on the test images. */
export function losses(epochs: readonly EpochResult[]): Html {
  const test = epochs.map(({ epoch, testLoss }): Point => [epoch, testLoss ?? Number.NaN]);
  const label = `Loss by epoch on a logarithmic scale, in training and on the test images; it ends at ${last(test)}.`;
  return curves([[epochs.flatMap(trainLossPoints)], [test]], { unit: "", floor: 1e-5, label });
}

/** The top-1 error of one run in training and on the test images. */
export function errors(epochs: readonly EpochResult[], testImages: number): Html {
  const train = epochs.map(({ epoch, trainTop1 }): Point => [epoch, 100 - trainTop1]);
  const test = epochs.map(({ epoch, testTop1 }): Point => [epoch, 100 - testTop1]);
  const label = `Error by epoch on a logarithmic scale, in training and on the test images; it ends at ${last(test)} %.`;
  return curves([[train], [test]], { unit: " %", floor: 50 / testImages, label });
}

/** The learning rate with which each epoch of one run ended. */
export function rates(epochs: readonly EpochResult[]): Html {
  const points = epochs.map(({ epoch, lr }): Point => [epoch, lr]);
  const most = Math.max(...epochs.map(({ lr }) => lr));
  const label = `Learning rate by epoch on a logarithmic scale; at most ${most}.`;
  return curves([[points]], { unit: "", floor: most > 0 ? most / 1e5 : 1e-9, label });
}

function trainLossPoints({ epoch, trainLoss, trainLosses = [trainLoss] }: EpochResult): Point[] {
  return trainLosses.map((loss, i): Point => [epoch - 1 + (i + 1) / trainLosses.length, loss ?? Number.NaN]);
}

/** Epochs done, and the value then. */
type Point = readonly [epoch: number, value: number];

/** The points of the runs that share a colour. */
type Runs = readonly (readonly Point[])[];

function seedsOf(models: readonly ModelResult[], points: (epoch: EpochResult) => readonly Point[]): Runs[] {
  return models.map(({ runs }) => runs.map(({ epochs }) => epochs.flatMap(points)));
}

function last(points: readonly Point[]): string {
  return fixed(points.at(-1)?.[1] ?? Number.NaN);
}

interface Scale {
  readonly unit: string;
  readonly floor: number;
  readonly label: string;
}

function curves(drawn: readonly Runs[], { unit, floor, label }: Scale): Html {
  const all = drawn.flat(2);
  const axis = logAxis(
    all.map(([, value]) => value),
    floor,
    unit,
  );
  const [first, end] = [Math.min(...all.map(([epoch]) => epoch)), Math.max(...all.map(([epoch]) => epoch))];
  const series = drawn.flatMap((runs, index) => {
    const thin = runs.map((run) => line(run, axis.place, index, { width: 1, opacity: 0.4 }));
    return [...thin, line(meanOf(runs), axis.place, index, { width: 2.5, opacity: 1 })];
  });
  const option: ChartOption = {
    grid: { left: 52, right: 16, top: 12, bottom: 44 },
    xAxis: {
      ...axisStyle,
      ...nameBelow("epoch"),
      type: "value",
      min: first < 1 ? 0 : Math.min(1, end - 1),
      max: end,
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
function meanOf(seeds: Runs): Point[] {
  const length = Math.min(...seeds.map((points) => points.length));
  return Array.from(
    { length },
    (_, k): Point => [seeds[0]![k]![0], seeds.reduce((sum, points) => sum + points[k]![1], 0) / seeds.length],
  );
}
