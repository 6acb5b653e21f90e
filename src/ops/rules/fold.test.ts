import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../../graph/builder.js";
import type { Dim, Value } from "../../graph/graph.js";
import { float32, int64, type Tensor } from "../../graph/tensor.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { checkFold, folded, knownElements } from "../../testing/check-fold.js";
import { broadcastPairs, forAll, seeds, shapes } from "../../testing/for-all.js";
import { randomTensor } from "../../testing/random-tensor.js";

function int32(shape: readonly number[], data: readonly number[]): Tensor<"int32"> {
  return { dtype: "int32", shape, data: Int32Array.from(data) };
}

/** Whole numbers from −20 to 20 without 0. */
function wholes(shape: readonly number[], seed: number): Tensor<"int64"> {
  const { data } = randomTensor(shape, seed);
  return int64(
    shape,
    Array.from(data, (x) => Math.trunc(x * 20) || 7),
  );
}

type Unary = (g: GraphBuilder, x: Value) => Value;

describe("folding", () => {
  it.each(["Add", "Sub", "Mul", "Div"] as const)(
    "%s gives what ONNX Runtime computes, whole numbers and fractions",
    (op) =>
      forAll(fc.tuple(broadcastPairs(), seeds), async ([[p, q], seed]) => {
        await checkFold([wholes(p, seed), wholes(q, seed + 1)], (g, a, b) => g.call(op, [a, b]));
        await checkFold([randomTensor(p, seed), randomTensor(q, seed + 1)], (g, a, b) => g.call(op, [a, b]));
      }),
  );

  it.each(["Max", "Min"] as const)("%s gives what ONNX Runtime computes of any number of operands", (op) =>
    forAll(fc.tuple(broadcastPairs(), seeds), async ([[p, q], seed]) => {
      const operands = [p, q, p].map((shape, i) => wholes(shape, seed + i));
      await checkFold(operands, (g, ...inputs) => g.call(op, inputs));
      await checkFold(operands.slice(0, 1), (g, ...inputs) => g.call(op, inputs));
    }),
  );

  it.each(["ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin"] as const)("%s gives what ONNX Runtime computes", (op) =>
    forAll(
      fc.tuple(shapes(0, 3), fc.nat(2), fc.constantFrom(0, 1), fc.boolean(), seeds),
      ([shape, i, keepdims, all, seed]) =>
        checkFold([wholes(shape, seed)], (g, x) => {
          const axes = all || shape.length === 0 ? [] : [i % shape.length];
          return g.call(op, axes.length === 0 ? [x] : [x, g.ints(axes)], { keepdims });
        }),
    ),
  );

  it.each<[string, Unary]>([
    ["Sqrt", (g, x) => g.call("Sqrt", [g.call("Mul", [x, x])])],
    ["Reciprocal", (g, x) => g.call("Reciprocal", [g.call("Add", [x, g.scalar(0.25)])])],
    ["Neg", (g, x) => g.call("Neg", [x])],
    ["Floor", (g, x) => g.call("Floor", [x])],
    ["Ceil", (g, x) => g.call("Ceil", [x])],
    ["Identity", (g, x) => g.call("Identity", [x])],
    ["Cast to int64", (g, x) => g.call("Cast", [x], { to: 7 })],
    ["Cast to int32", (g, x) => g.call("Cast", [x], { to: 6 })],
    ["Cast to bool", (g, x) => g.call("Cast", [x], { to: 9 })],
    ["Cast to float64", (g, x) => g.call("Cast", [x], { to: 11 })],
    ["Reshape", (g, x) => g.call("Reshape", [x, g.ints([3, -1])])],
    ["Flatten", (g, x) => g.call("Flatten", [x], { axis: 2 })],
    ["Transpose", (g, x) => g.call("Transpose", [x], { perm: [2, 0, 1] })],
    ["Transpose, reversed", (g, x) => g.call("Transpose", [x])],
    ["Expand", (g, x) => g.call("Expand", [x, g.ints([2, 2, 3, 2])])],
    ["Concat", (g, x) => g.call("Concat", [x, g.call("Neg", [x]), x], { axis: -2 })],
    ["Slice", (g, x) => g.call("Slice", [x, g.ints([1, -1]), g.ints([9, -9]), g.ints([1, 0]), g.ints([2, -1])])],
  ])("%s gives what ONNX Runtime computes", async (_, build) => {
    await checkFold([float32([2, 3, 2], [0.5, -0.5, 1, 2.25, -3.75, 0, -0, 7, 8.5, -9, 10.5, 1e-3])], build);
  });

  it("divides whole numbers towards zero", () => {
    const divide = (a: Tensor, b: Tensor) => folded([a, b], (g, p, q) => g.call("Div", [p, q]));
    expect(divide(int64([4], [7, -7, 7, -7]), int64([4], [2, 2, -2, -2]))).toEqual(int64([4], [3, -3, -3, 3]));
  });

  it("leaves a division by zero to the engine", () => {
    const nodes = buildGraph([floats(1)], (g) => g.call("Div", [g.ints([1]), g.ints([0])])).nodes;
    expect(nodes.map(({ op }) => op)).toEqual(["Div"]);
  });

  it("wraps int32 as the engine does, and leaves to it what is beyond exact arithmetic", async () => {
    await checkFold([int32([1], [2 ** 31 - 1]), int32([1], [2])], (g, a, b) => g.call("Add", [a, b]));
    await checkFold([int32([1], [2 ** 20]), int32([1], [2 ** 20])], (g, a, b) => g.call("Mul", [a, b]));
    const [a, b] = [int64([1], new BigInt64Array([2n ** 62n])), int64([1], [3])];
    expect(() => folded([a, b], (g, p, q) => g.call("Mul", [p, q]))).toThrow("is not folded");
  });

  it("hands the largest int64, which means as far as possible, on as it is", () => {
    const far = int64([1], new BigInt64Array([2n ** 63n - 1n]));
    const ends = folded([far], (g, x) => g.call("Concat", [g.call("Cast", [x], { to: 7 }), g.ints([5])], { axis: 0 }));
    expect(ends).toEqual(int64([2], new BigInt64Array([2n ** 63n - 1n, 5n])));
  });

  it("does not store what is large", () => {
    const { constants } = buildGraph([floats(1)], (g) => g.call("Expand", [g.scalar(0), g.ints([64, 64])]));
    expect([...constants.values()].every(({ data }) => data.length <= 2)).toBe(true);
  });
});

describe("folding with names", () => {
  const x = floats("N", 12, 7, 7);
  const part = (g: GraphBuilder, of: Value, i: number) =>
    g.call("Gather", [g.call("Shape", [of]), g.constant(int64([], [i]))]);
  const whole = (g: GraphBuilder, value: number) => g.constant(int64([], [value]));

  it.each<[string, Unary, Dim[]]>([
    ["Add", (g, v) => g.call("Add", [part(g, v, 0), part(g, v, 0)]), ["N*2"]],
    ["Sub", (g, v) => g.call("Sub", [part(g, v, 0), whole(g, 1)]), ["N - 1"]],
    ["Mul", (g, v) => g.call("Mul", [part(g, v, 0), part(g, v, 1)]), ["N*12"]],
    ["Div", (g, v) => g.call("Div", [part(g, v, 0), whole(g, 2)]), ["trunc(N, 2)"]],
    ["Neg", (g, v) => g.call("Neg", [part(g, v, 0)]), ["0 - N"]],
    ["Max", (g, v) => g.call("Max", [part(g, v, 0), whole(g, 1)]), ["N"]],
    ["Min", (g, v) => g.call("Min", [part(g, v, 0), whole(g, 8)]), ["min(8, N)"]],
    ["ReduceProd", (g, v) => g.call("ReduceProd", [g.call("Shape", [v])], { keepdims: 0 }), ["N*588"]],
    [
      "Transpose",
      (g, v) => g.call("Transpose", [g.call("Reshape", [g.call("Shape", [v]), g.ints([2, 2])])]),
      ["N", 7, 12, 7],
    ],
    [
      "Slice",
      (g, v) => g.call("Slice", [g.call("Shape", [v]), g.ints([-1]), g.ints([-9]), g.ints([0]), g.ints([-1])]),
      [7, 7, 12, "N"],
    ],
    ["Cast", (g, v) => g.call("Cast", [g.call("Cast", [g.call("Shape", [v])], { to: 6 })], { to: 7 }), ["N", 12, 7, 7]],
    [
      "a float and back",
      (g, v) => {
        const half = g.call("Div", [g.call("Cast", [part(g, v, 0)], { to: 1 }), g.scalar(2)]);
        return g.call(
          "Concat",
          [half, g.call("Floor", [half])].map((value) =>
            g.call("Reshape", [g.call("Cast", [value], { to: 7 }), g.ints([1])]),
          ),
          { axis: 0 },
        );
      },
      ["trunc(N, 2)", "trunc(N, 2)"],
    ],
    [
      "a scale",
      (g, v) =>
        g.call("Cast", [g.call("Floor", [g.call("Mul", [g.call("Cast", [part(g, v, 0)], { to: 1 }), g.scalar(2)])])], {
          to: 7,
        }),
      ["N*2"],
    ],
  ])("%s agrees with sizes in the place of names", (_, build, expected) => {
    for (const n of [1, 5, 8, 33]) expect(knownElements([x], build, { N: n })).toEqual(expected);
  });

  it("leaves open what depends on a size", () => {
    const g = new GraphBuilder("test");
    const n = part(g, g.input("x", "float32", ["N", 3]), 0);
    const scaled = g.call("Mul", [g.call("Cast", [n], { to: 1 }), g.scalar(0.3)]);
    expect([g.known(scaled), g.known(g.call("Cast", [n], { to: 9 }))]).toEqual([undefined, undefined]);
  });
});
