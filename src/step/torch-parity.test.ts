import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.js";
import { float32, type Tensor, zeros } from "../graph/tensor.js";
import type { Target } from "../lower/lower.js";
import { createModel } from "../models/index.js";
import { channelBlockHere } from "../testing/channel-block.js";
import { openGraph, runGraph } from "../testing/run-graph.js";
import { goldenBatch, readGolden, relativeError, startValue, type TorchGolden } from "../testing/torch-golden.js";
import { crossEntropy } from "../train/losses.js";
import { sgd } from "../train/optimizers/optimizers.js";
import { gradientStep } from "./gradient-step.js";
import { trainingStep } from "./training-step.js";

// PyTorch's numbers are in double precision; see tests/goldens/make.py. Ours are in single: ‖a − b‖ / ‖b‖ per tensor.
const TOLERANCE = 1e-4;

const runs = ["resnet20", "seresnet20", "seresnet20-grey-a"];
const channelBlock = await channelBlockHere();
const targets: [string, Target][] = [["in ONNX's own operators", {}]];
if (channelBlock !== undefined) targets.push([`in blocks of ${channelBlock} channels`, { channelBlock }]);

function modelOf(name: string, { input, shortcut }: TorchGolden): Graph {
  return createModel(name.split("-")[0]!, { input, shortcut });
}

function start(graph: Graph): Record<string, Tensor> {
  return Object.fromEntries([...graph.parameters].map(([name, { shape }]) => [name, startValue(name, shape)]));
}

/** Every tensor whose error is above the tolerance, with it: none, if all is well. */
function wrong(expected: TorchGolden["gradients"], actual: (name: string) => Tensor): [string, number][] {
  return Object.entries(expected)
    .map(([name, summary]): [string, number] => [name, relativeError(name, actual(name), summary)])
    .filter(([, error]) => !(error < TOLERANCE));
}

describe.each(targets)("%s, PyTorch's", (_, target) => {
  it.each(runs)("loss and gradients of %s", async (name) => {
    const golden = readGolden(name);
    const model = modelOf(name, golden);
    const { graph } = gradientStep(model, { batch: golden.batch, loss: crossEntropy(), target });
    const results = await runGraph(graph, { ...start(model), ...goldenBatch(golden, 0) });
    expect(Math.abs(Number(results.loss!.data[0]) / golden.losses[0]! - 1)).toBeLessThan(1e-5);
    const trainable = [...model.parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
    expect(Object.keys(golden.gradients).toSorted()).toEqual(trainable.toSorted());
    expect(wrong(golden.gradients, (key) => results[`grad.${key}`]!)).toEqual([]);
  });

  it.each(runs)("losses, running statistics and weights of %s, step after step", async (name) => {
    const golden = readGolden(name);
    const model = modelOf(name, golden);
    const optimizer = sgd({ momentum: golden.momentum, nesterov: true, weightDecay: golden.weightDecay });
    const { graph, state } = trainingStep(model, { batch: golden.batch, loss: crossEntropy(), optimizer, target });
    let held = start(model);
    for (const { input, shape, kind } of state) if (kind === "optimizer") held[input] = zeros("float32", shape);
    const open = await openGraph(graph);
    for (const [step, loss] of golden.losses.entries()) {
      const results = await open.run({ ...held, ...goldenBatch(golden, step), lr: float32([], [golden.lr]) });
      expect(Math.abs(Number(results.loss!.data[0]) / loss - 1)).toBeLessThan(TOLERANCE);
      expect(Number(results.correct!.data[0])).toBe(golden.correct[step]);
      held = Object.fromEntries(state.map(({ input, output }) => [input, results[output]!]));
      if (step === 0) expect(wrong(golden.statistics, (key) => held[key]!)).toEqual([]);
    }
    await open.release();
    expect(wrong(golden.weights, (key) => held[key]!)).toEqual([]);
  });
});
