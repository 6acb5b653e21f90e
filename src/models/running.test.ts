import { describe, expect, it } from "vitest";
import { initialise } from "../graph/initialise.js";
import { int64, type Tensor } from "../graph/tensor.js";
import { parseAttention } from "../layers/attention.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { crossEntropy } from "../train/losses.js";
import { gradientStep } from "../transform/gradient-step.js";
import { createModel } from "./index.js";
import type { InputSize, ModelOptions } from "./model.js";

const batch = 4;
const classes = 4;

/** The trainable parameters whose gradient is zero everywhere, or not finite, in the first step. */
async function untaught(name: string, options: ModelOptions): Promise<string[]> {
  const graph = createModel(name, { classes, ...options });
  const { graph: step, unused } = gradientStep(graph, { batch, loss: crossEntropy() });
  expect(unused).toEqual([]);
  const results = await runGraph(step, {
    ...Object.fromEntries(initialise(graph, 1)),
    x: randomTensor([batch, ...options.input!], 1),
    y: int64([batch], [0, 1, 2, 3]),
  });
  expect(Number(results.loss!.data[0])).toSatisfy(Number.isFinite);
  const size = ({ data }: Tensor) => (data as Float32Array).reduce((sum, value) => sum + Math.abs(value), 0);
  const trainable = [...graph.parameters].flatMap(([key, { trainable }]) => (trainable ? [key] : []));
  return trainable.filter((key) => {
    const total = size(results[`grad.${key}`]!);
    return !(total > 0 && Number.isFinite(total));
  });
}

// One of every kind of unit, as small as it can be.
const networks: readonly (readonly [name: string, input: InputSize])[] = [
  ["seresnet18", [3, 33, 33]],
  ["legacy_seresnext26_32x4d", [1, 35, 35]],
  ["legacy_seresnet18", [3, 35, 35]],
  ["se_bn_inception", [3, 64, 64]],
  ["se_inception_v3", [3, 75, 75]],
  ["se_mobilenet_v1", [3, 33, 33]],
  ["se_shufflenet_v1_g3", [3, 64, 64]],
  ["mobilenet_v3_small", [3, 40, 33]],
  ["tf_mobilenetv3_small_100", [3, 40, 33]],
  ["efficientnet_b0", [3, 33, 33]],
  ["regnety_002", [3, 33, 33]],
  ["sepreresnet20", [3, 16, 16]],
  ["seresnet20", [1, 15, 15]],
];

describe("every parameter receives a gradient from the start in", () => {
  it.each(networks)("%s at %j", async (name, input) => {
    const without = await untaught(name, { input });
    // A hidden unit of a gate may be silent at first; with few of them a layer may be.
    expect(without.filter((key) => !/\bse(_module)?\.\w+\.(weight|bias)$/.test(key))).toEqual([]);
    expect(without.length).toBeLessThan(5);
  });

  it.each([
    ["se:placement=pre"],
    ["se:placement=post"],
    ["se:placement=identity"],
    ["se:placement=3x3"],
    ["se:squeeze=max,gate=tanh"],
    ["se:squeeze=none"],
    ["se:weights=linear,gate=hard-sigmoid"],
    ["eca"],
    ["ceca"],
    ["cse"],
    ["sse"],
    ["scse"],
    ["scse:join=max"],
    ["cbam"],
    ["ge:variant=minus,extent=2"],
    ["ge:variant=plain,extent=2"],
    ["ge"],
    ["sk"],
    ["ese"],
    ["gc:fuse=scale"],
  ])("a bottleneck network with %s", async (text) => {
    const options = { input: [3, 16, 16], attention: parseAttention(`${text}`) } as const;
    const without = await untaught("resnet164", options);
    expect(without.filter((key) => !/\b(se|cse|mlp|channel|attn|mlp_scale)\.\w+\.(weight|bias)$/.test(key))).toEqual(
      [],
    );
  });

  it("a network with added context, but for what the zeros of its last layer hide at first", async () => {
    const without = await untaught("resnet20", { input: [3, 16, 16], attention: { kind: "gc" } });
    expect(without.filter((key) => !/\.se\.(conv_attn|mlp_add\.(fc1|norm))\./.test(key))).toEqual([]);
    expect(without.filter((key) => key.includes("fc2"))).toEqual([]);
  });
});
