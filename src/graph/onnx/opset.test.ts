import { afterAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../../runtime/node/runtime.js";
import { buildGraph, feedsOf, floats } from "../../testing/build-graph.js";
import { randomTensor } from "../../testing/random-tensor.js";
import type { GraphBuilder } from "../builder.js";
import type { Value } from "../graph.js";
import { float32, int64, toNumbers } from "../tensor.js";
import { readOnnx } from "./read-onnx.js";
import { writeOnnx } from "./write-onnx.js";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.close());

const reductions = ["Max", "Mean", "Min", "Prod", "Sum", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"] as const;
type Build = (g: GraphBuilder, x: Value) => Value;
const indices = (g: GraphBuilder) => g.constant(int64([2, 1], [1, 0]));

/** What an operator means in an older opset: [opset, name, how it is written]. */
const older: readonly (readonly [number, string, Build])[] = [
  ...reductions.map((kind): readonly [number, string, Build] => [
    13,
    `Reduce${kind}`,
    (g, x) => g.call(`Reduce${kind}`, [g.call("Exp", [x]), g.ints([2, -1])], { keepdims: 0 }),
  ]),
  [13, "ReduceMean of everything", (g, x) => g.call("ReduceMean", [x])],
  [13, "ReduceMean of no axes", (g, x) => g.call("ReduceMean", [x, g.ints([])], { keepdims: 0 })],
  [13, "AveragePool", (g, x) => g.call("AveragePool", [x], { kernel_shape: [2, 2], dilations: [1, 1], ceil_mode: 1 })],
  [13, "LpPool", (g, x) => g.call("LpPool", [x], { kernel_shape: [2, 2], dilations: [1, 1], ceil_mode: 0 })],
  [13, "Reshape", (g, x) => g.call("Reshape", [x, g.ints([0, -1])], { allowzero: 0 })],
  [14, "HardSwish", (g, x) => g.call("HardSwish", [x])],
  [17, "LayerNormalization", (g, x) => g.call("LayerNormalization", [x, g.constant(float32([5], [1, 2, 3, 4, 5]))])],
  [18, "Mish", (g, x) => g.call("Mish", [x])],
  [
    16,
    "ScatterND",
    (g, x) => g.call("ScatterND", [x, indices(g), g.constant(randomTensor([2, 3, 4, 5], 2))], { reduction: "add" }),
  ],
  [
    13,
    "ScatterND without reduction",
    (g, x) => g.call("ScatterND", [x, indices(g), g.constant(randomTensor([2, 3, 4, 5], 2))], { reduction: "none" }),
  ],
  [
    13,
    "Resize",
    (g, x) =>
      g.call("Resize", [x, undefined, g.constant(float32([4], [1, 1, 2, 2]))], { antialias: 0, mode: "linear" }),
  ],
];

describe("a graph in an older opset", () => {
  it.each(older)("%i means the same: %s", async (opset, _, build) => {
    const x = randomTensor([2, 3, 4, 5], 1);
    const graph = buildGraph([x], build);
    const results = [];
    for (const version of [undefined, opset]) {
      const session = await runtime.open(writeOnnx(graph, undefined, { opset: version }));
      results.push(await session.run(feedsOf([x])));
    }
    // Engines have other kernels for other versions, which may round in another order.
    const [ours, then] = results.map((result) => result[graph.outputs[0]!.name]!);
    expect(then!.shape).toEqual(ours!.shape);
    for (const [i, value] of toNumbers(ours!).entries()) expect(toNumbers(then!)[i]).toBeCloseTo(value, 5);
  });

  it("is what the reader makes today's form of", () => {
    const graph = buildGraph([floats("N", 3, 4, 5)], (g, x) => g.call("ReduceMean", [x, g.ints([2, 3])]));
    const { graph: again } = readOnnx(writeOnnx(graph, undefined, { opset: 13 }));
    expect(again.nodes[0]!.attributes).toEqual({});
    expect([...again.constants.values()]).toEqual([int64([2], [2, 3])]);
    expect(again.outputs.map(({ shape }) => shape)).toEqual([["N", 3, 1, 1]]);
  });
});

/** What an opset does not have: [opset, what it says, how it is written]. */
const absent: readonly (readonly [number, string, Build])[] = [
  [19, "Gelu (y); expected 20 or newer", (g, x) => g.call("Gelu", [x], {}, "y")],
  [13, "HardSwish (y); expected 14 or newer", (g, x) => g.call("HardSwish", [x], {}, "y")],
  [17, "Mish (y); expected 18 or newer", (g, x) => g.call("Mish", [x], {}, "y")],
  [
    20,
    "GroupNormalization (y); expected 21 or newer",
    (g, x) => {
      const ones = g.constant(float32([3], [1, 1, 1]));
      return g.call("GroupNormalization", [x, ones, ones], { num_groups: 3 }, "y");
    },
  ],
  [
    18,
    "AveragePool (y); expected 19 or newer",
    (g, x) => g.call("AveragePool", [x], { kernel_shape: [2, 2], dilations: [2, 2] }, "y"),
  ],
  [
    18,
    "AveragePool (y); expected 19 or newer",
    (g, x) => g.call("AveragePool", [x], { kernel_shape: [2, 2], ceil_mode: 1, count_include_pad: 1 }, "y"),
  ],
  [
    17,
    "ReduceMax (y); expected 18 or newer",
    (g, x) => g.call("ReduceMax", [x, g.ints([])], { noop_with_empty_axes: 1 }, "y"),
  ],
  [
    18,
    "Pad (y); expected 19 or newer",
    (g, x) => g.call("Pad", [x, g.ints([0, 0, 1, 1, 0, 0, 1, 1])], { mode: "wrap" }, "y"),
  ],
  [
    15,
    "ScatterND (y); expected 16 or newer",
    (g, x) =>
      g.call("ScatterND", [x, indices(g), g.constant(randomTensor([2, 3, 4, 5], 2))], { reduction: "add" }, "y"),
  ],
];

describe("an opset that lacks an operator is refused", () => {
  it.each(absent)("%i: %s", (opset, message, build) => {
    const graph = buildGraph([floats(2, 3, 4, 5)], build);
    expect(() => writeOnnx(graph, undefined, { opset })).toThrow(`got opset ${opset} for ${message}`);
  });

  it.each([12, 22, 17.5, Number.NaN])("%d", (opset) => {
    const graph = buildGraph([floats(1)], (g, x) => g.call("Relu", [x]));
    expect(() => writeOnnx(graph, undefined, { opset })).toThrow(
      `got opset ${opset}; expected a whole number from 13 to 21`,
    );
  });
});
