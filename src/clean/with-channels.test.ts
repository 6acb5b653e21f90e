import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { float32, type Tensor } from "../graph/tensor.js";
import { createModel } from "../models/index.js";
import { buildGraph, floats } from "../testing/build-graph.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { uniform } from "../testing/torch-golden.js";
import { withChannels, withKernelChannels } from "./with-channels.js";

interface Case {
  readonly held: number;
  readonly channels: number;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL("../../tests/goldens/channels.json", import.meta.url), "utf8"),
);

describe("withKernelChannels", () => {
  it.each(cases)("gives what timm gives of $held channels for $channels", ({ held, channels, shape, values }) => {
    const kernel = float32([4, held, 3, 2], Float32Array.from(uniform(`kernel.${held}`, 4 * held * 6)));
    const adapted = withKernelChannels(kernel, channels, held / 3);
    expect(adapted.shape).toEqual(shape);
    const largest = Math.max(...values.map((value, i) => Math.abs(value - Number(adapted.data[i]))));
    expect(largest).toBeLessThan(2e-7);
  });
});

/** A first layer of six maps of `x`, called `name`. */
function first(g: GraphBuilder, x: Value, channels: number, name = "w"): Value {
  return g.call("Conv", [x, g.parameter(name, [6, channels, 3, 3], { kind: "he-normal", fan: "out" })]);
}

const vector = (value: number) => float32([1, 3, 1, 1], [value, value, value]);
const stems: Readonly<Record<string, (g: GraphBuilder, x: Value) => Value>> = {
  "a convolution": (g, x) => first(g, x, 3),
  "a rescaling and a padding": (g, x) =>
    first(g, g.call("Pad", [g.call("Relu", [g.call("Mul", [x, g.scalar(2)])]), g.ints([0, 0, 1, 1, 0, 0, 1, 1])]), 3),
  "a mean and a std for each channel": (g, x) =>
    first(
      g,
      g.call("Div", [g.call("Sub", [x, g.constant(vector(0.4))]), g.constant(float32([3, 1, 1], [2, 2, 2]))]),
      3,
    ),
  "a batch norm": (g, x) => {
    const vectors = ["s", "b", "m", "v"].map((name, i) =>
      g.parameter(name, [3], { kind: "constant", value: 0.5 + i }, i < 2),
    );
    return first(g, g.call("BatchNormalization", [x, ...vectors]), 3);
  },
  "two convolutions": (g, x) => g.call("Add", [first(g, x, 3), first(g, g.call("Abs", [x]), 3, "other")]),
  "squares of pixels": (g, x) => first(g, g.call("SpaceToDepth", [x], { blocksize: 2 }), 12),
  "every other pixel": (g, x) => {
    const part = (row: number, column: number) =>
      g.call("Slice", [x, g.ints([row, column]), g.ints([99, 99]), g.ints([2, 3]), g.ints([2, 2])]);
    return first(g, g.call("Concat", [part(0, 0), part(1, 0), part(0, 1), part(1, 1)], { axis: 1 }), 12);
  },
};

async function answer(graph: Graph, feeds: ReadonlyMap<string, Tensor>, x: Tensor): Promise<number[]> {
  const results = await runGraph(graph, { ...Object.fromEntries(feeds), [graph.inputs[0]!.name]: x });
  return Array.from(results[graph.outputs[0]!.name]!.data, Number);
}

/** Images whose channels are all the one that is given. */
function alike({ shape, data }: Tensor, channels: number): Tensor {
  const [n, , h, w] = shape as [number, number, number, number];
  const images = Array.from({ length: n }, (_, i) =>
    Array.from(data as Float32Array).slice(i * h * w, (i + 1) * h * w),
  );
  return float32(
    [n, channels, h, w],
    images.flatMap((image) => Array<number[]>(channels).fill(image).flat()),
  );
}

describe("withChannels", () => {
  const grey = randomTensor([2, 1, 8, 8], 7);

  it.each(Object.entries(stems))("gives of images alike in all channels what it gave: %s", async (_, stem) => {
    const graph = buildGraph([floats("N", 3, 8, 8)], stem);
    const weights = initialise(graph, 3);
    const expected = await answer(graph, weights, alike(grey, 3));
    for (const channels of [1, 6, 9]) {
      const changed = withChannels({ graph, weights }, channels);
      expect(changed.graph.inputs[0]!.shape[1]).toBe(channels);
      const got = await answer(changed.graph, changed.weights, alike(grey, channels));
      expect(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(2e-5);
      for (const [name, { shape }] of changed.graph.parameters) {
        expect(changed.weights.get(name)!.shape, name).toEqual(shape);
      }
    }
  });

  it("makes a colour network of a grey one, and leaves a network of those channels as it is", async () => {
    const graph = createModel("seresnet20", { input: [1, 32, 32] });
    const weights = initialise(graph, 2);
    const small = randomTensor([1, 1, 32, 32], 1);
    const colour = withChannels({ graph, weights }, 3);
    const [got, expected] = [
      await answer(colour.graph, colour.weights, alike(small, 3)),
      await answer(graph, weights, small),
    ];
    expect(Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
    expect(withChannels({ graph, weights }, 1).graph).toBe(graph);
  });

  it.each<[string, (g: GraphBuilder, x: Value) => Value]>([
    [
      "Conv",
      (g, x) => g.call("Conv", [x, g.parameter("w", [3, 1, 3, 3], { kind: "constant", value: 1 })], { group: 3 }),
    ],
    ["Gather", (g, x) => g.call("Gather", [x, g.ints([2, 1, 0])], { axis: 1 })],
    ["Transpose", (g, x) => g.call("Transpose", [x], { perm: [0, 2, 3, 1] })],
    ["Flatten", (g, x) => g.call("Flatten", [x])],
    ["ReduceMean", (g, x) => g.call("ReduceMean", [x, g.ints([1])])],
  ])("refuses by name: %s", (op, build) => {
    const graph = buildGraph([floats("N", 3, 8, 8)], build);
    const refused = () => withChannels({ graph, weights: initialise(graph, 1) }, 1);
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(new RegExp(`test: ${op} \\(.*reads the channels`));
  });
});
