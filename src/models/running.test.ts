import { describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { int64, type Tensor } from "../graph/tensor.js";
import { parseAttention } from "../layers/attention/attention.js";
import { gradientGraph, gradientStep } from "../step/gradient-step.js";
import { randomTensor } from "../testing/random-tensor.js";
import { openGraph, runGraph } from "../testing/run-graph.js";
import { startValue } from "../testing/torch-golden.js";
import { crossEntropy } from "../train/losses.js";
import { createModel, models } from "./index.js";
import type { InputSize, ModelOptions } from "./model.js";

const batch = 4;
const classes = 4;

/** Values of every parameter that are far from trivial. */
function drawn({ parameters }: Graph): Record<string, Tensor> {
  return Object.fromEntries([...parameters].map(([key, { shape }]) => [key, startValue(key, shape)]));
}

function trainable({ parameters }: Graph): string[] {
  return [...parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
}

/** The trainable parameters whose gradient is zero everywhere, or not finite, in the first step. */
async function untaught(name: string, options: ModelOptions, weights = drawn): Promise<string[]> {
  const graph = createModel(name, { classes, ...options });
  const { graph: step, unused } = gradientStep(graph, { batch, loss: crossEntropy() });
  expect(unused).toEqual([]);
  const results = await runGraph(step, {
    ...weights(graph),
    x: randomTensor([batch, ...options.input!], 1),
    y: int64([batch], [0, 1, 2, 3]),
  });
  expect(Number(results.loss!.data[0])).toSatisfy(Number.isFinite);
  const size = ({ data }: Tensor) => (data as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0);
  return trainable(graph).filter((key) => {
    const total = size(results[`grad.${key}`]!);
    return !(total > 0 && Number.isFinite(total));
  });
}

// One of every kind of unit, as small as it can be.
const networks: readonly (readonly [name: string, input: InputSize])[] = [
  ["legacy_seresnext26_32x4d", [1, 35, 35]],
  ["legacy_seresnet18", [3, 35, 35]],
  ["se_bn_inception", [3, 64, 64]],
  ["se_inception_v3", [3, 75, 75]],
  ["se_mobilenet_v1", [3, 33, 33]],
  ["se_shufflenet_v1_g3", [3, 64, 64]],
  ["tf_mobilenetv3_small_100", [3, 40, 33]],
  ["efficientnet_b0", [3, 33, 33]],
  ["regnety_002", [3, 33, 33]],
  ["sepreresnet20", [1, 15, 15]],
  ["se_shake_shake_20_2x16d", [3, 15, 15]],
];

describe("every parameter receives a gradient from the start in", () => {
  it.each(networks)("%s at %j", async (name, input) => {
    expect(await untaught(name, { input })).toEqual([]);
  });

  it.each(["se:placement=3x3", "sk"])("a bottleneck network with %s", async (text) => {
    const options = { input: [3, 33, 33], attention: parseAttention(text) } as const;
    expect(await untaught("legacy_resnext26_32x4d", options)).toEqual([]);
  });
});

/** The side of the smallest image that a network of a family takes with something left to pool, odd where it may be. */
const sides: Readonly<Record<string, number>> = {
  inception: 75,
  bn_inception: 64,
  se_bn_inception: 64,
  shufflenet_v1: 64,
  vgg: 32,
};

function smallest(name: string): InputSize {
  const { family, input } = models[name]!;
  const [channels, usual] = input;
  const side = sides[name] ?? sides[family] ?? (usual === 32 ? 15 : 33);
  return [channels, side, side];
}

describe("the loss depends on every parameter of", () => {
  it.each(Object.keys(models))("%s", (name) => {
    const graph = createModel(name, { classes, input: smallest(name) });
    const wanted = trainable(graph);
    const { gradients } = gradientGraph(graph, { batch, loss: crossEntropy(), wanted });
    expect(wanted.filter((key) => !gradients.has(key))).toEqual([]);
  });
});

/** Parameters that receive a gradient at none of several starts: SE with one hidden unit may be dead at one. */
async function neverTaught(name: string): Promise<string[]> {
  const input = smallest(name);
  let never = await untaught(name, { input });
  for (let seed = 1; never.length > 0 && seed <= 20; seed++) {
    const weights = (graph: Graph) => Object.fromEntries(initialise(graph, seed));
    const now = new Set(await untaught(name, { input }, weights));
    never = never.filter((key) => now.has(key));
  }
  return never;
}

const every = process.env.SENET_EVERY_NETWORK !== undefined;

// Takes ten minutes and 4 GB: SENET_EVERY_NETWORK=1 npx vitest run dist/models/running.test.js
describe.skipIf(!every)("with SENET_EVERY_NETWORK set, also in", () => {
  it.each(every ? Object.keys(models) : ["every network"])("%s", async (name) => {
    expect(await neverTaught(name)).toEqual([]);
  });
});

describe("ONNX Runtime opens", () => {
  // With parameters as inputs, so that no weights are drawn; the batch stays free.
  it.each(Object.keys(models))("%s", async (name) => {
    const open = await openGraph(createModel(name));
    await open.release();
  });
});
