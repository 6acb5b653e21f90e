import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import { differentiate } from "../../step/differentiate.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block, built, count } from "./both-ways.test.helper.js";

const b = block ?? 16;
const same3 = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
const inputs = [
  [2, b, 6, 5],
  [b, b, 3, 3],
  [b, b, 3, 3],
].map((shape, i) => randomTensor(shape, i + 1));

type Activation = (g: GraphBuilder, x: Value) => Value;

const activations: readonly (readonly [string, Activation])[] = [
  ["LeakyRelu", (g, x) => g.call("LeakyRelu", [x], { alpha: 0.1 })],
  ["PRelu with one slope", (g, x) => g.call("PRelu", [x, g.constant(float32([1], [0.25]))])],
  ["Clip from below and above", (g, x) => g.call("Clip", [x, g.scalar(-0.5), g.scalar(0.5)])],
  ["Clip from above", (g, x) => g.call("Clip", [x, undefined, g.scalar(0.5)])],
  ["HardSwish", (g, x) => g.call("HardSwish", [x])],
  ["x·sigmoid(x)", (g, x) => g.call("Mul", [x, g.call("Sigmoid", [x])])],
  [
    "Gelu written out",
    (g, x) => {
      const cdf = g.call("Add", [g.call("Erf", [g.call("Div", [x, g.scalar(Math.SQRT2)])]), g.scalar(1)]);
      return g.call("Mul", [g.call("Mul", [x, cdf]), g.scalar(0.5)]);
    },
  ],
  ["Mish", (g, x) => g.call("Mish", [x])],
  ["Elu", (g, x) => g.call("Elu", [x])],
  ["a maximum with its half", (g, x) => g.call("Max", [x, g.call("Mul", [x, g.scalar(0.5)])])],
  ["a square less a number", (g, x) => g.call("Sub", [g.scalar(1), g.call("Pow", [x, g.scalar(2)])])],
];

/** Convolution, activation, convolution, mean; and the gradients of both kernels. */
function network(g: GraphBuilder, [x, w, v]: readonly Value[], activation: Activation): Value[] {
  const first = g.call("Conv", [x, w], same3);
  const second = activation(g, g.call("Conv", [activation(g, first), v], same3));
  const loss = g.call("ReduceMean", [g.call("GlobalAveragePool", [second])], { keepdims: 0 });
  return [second, ...differentiate(g, loss, [w!, v!]).map((gradient) => gradient!)];
}

describe.skipIf(block === undefined)("element-wise operators", () => {
  let reluNetwork: ReturnType<typeof built> | undefined;
  const likeRelu = () => {
    reluNetwork ??= built(inputs, (g, ...values) => network(g, values, (_, x) => g.call("Relu", [x])));
    return reluNetwork;
  };

  it.each(activations)("%s: values and gradients stay in blocks and are right", async (_, activation) => {
    const { ops, error } = await built(inputs, (g, ...values) => network(g, values, activation));
    const relu = await likeRelu();
    expect(error).toBeLessThan(2e-5);
    // No reordering but those that ReLU has too: what goes in, what comes out, and what weight gradients take.
    expect(count(ops, "ReorderInput", "ReorderOutput")).toEqual(count(relu.ops, "ReorderInput", "ReorderOutput"));
  });

  it.each(activations)("%s: right for maps of one point, as small images give, with a gate", async (_, activation) => {
    const points = [
      [2, b, 2, 2],
      [b, b, 3, 3],
      [b, b, 1, 1],
    ].map((shape, i) => randomTensor(shape, i + 1));
    const { error } = await built(points, (g, x, w, v) => {
      const first = activation(g, g.call("Conv", [x!, w!], { ...same3, strides: [2, 2] }));
      const second = activation(g, g.call("Conv", [first, v!], { kernel_shape: [1, 1] }));
      // Sigmoid far from 0 would multiply the rounding of its argument.
      const small = g.call("Mul", [g.call("GlobalAveragePool", [second]), g.scalar(0.01)]);
      const gated = g.call("Mul", [second, g.call("Sigmoid", [small])]);
      const pooled = g.call("GlobalAveragePool", [gated]);
      const loss = g.call("ReduceMean", [g.call("Mul", [pooled, pooled])], { keepdims: 0 });
      return [second, ...differentiate(g, loss, [w!, v!]).map((gradient) => gradient!)];
    });
    expect(error).toBeLessThan(2e-5);
  });

  it("of maps that are the same everywhere work on vectors", async () => {
    const { ops, error } = await built([randomTensor([2, b, 1, 1], 1), ...inputs.slice(0, 2)], (g, v, x, w) => {
      const spread = g.call("Expand", [v, g.ints([2, b, 6, 5])]);
      const bent = g.call("Exp", [g.call("Mul", [g.call("Neg", [spread]), g.scalar(0.5)])]);
      return [g.call("Mul", [g.call("Conv", [x, w], same3), bent]), g.call("GlobalAveragePool", [bent])];
    });
    expect(error).toBeLessThan(2e-6);
    expect(count(ops, "Expand", "ReorderInput", "ReorderOutput")).toEqual([0, 2, 1]); // of x and of w
  });

  it("of the domain senet are lowered in blocks", async () => {
    const { ops, error } = await built(inputs, (g, x, w, v) => {
      const [a, b] = [g.call("Conv", [x, w], same3), g.call("Conv", [x, v], same3)];
      return g.call("ShakeShake", [a, b, g.scalar(0.25), g.scalar(0.5)]);
    });
    expect(error).toBeLessThan(2e-6);
    expect(count(ops, "ShakeShake", "ReorderOutput")).toEqual([0, 1]);
  });

  it("with a number for each channel are left as they are", async () => {
    const { ops, error } = await built([...inputs.slice(0, 2), randomTensor([b, 1, 1], 3)], (g, x, w, slope) =>
      g.call("PRelu", [g.call("Conv", [x, w], same3), slope]),
    );
    expect(error).toBeLessThan(2e-6);
    expect(count(ops, "PRelu")).toEqual([1]);
  });
});
