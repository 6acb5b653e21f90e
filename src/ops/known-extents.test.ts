import { describe, expect, it } from "vitest";
import type { Dim } from "../graph/graph.js";
import { float32, int64, type Tensor } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { knownDims, knownResult } from "../testing/known-result.js";
import type { OpName } from "./index.js";

/** Operators that exporters compute shapes with: the elements known of their result, with names among the operands. */
const named: readonly (readonly [OpName, readonly (readonly Dim[] | Dim | undefined)[], readonly Dim[] | undefined])[] =
  [
    ["Max", [["N", 3, "H"], 0, [1, 5, "H"]], ["N", 5, "H"]],
    [
      "Min",
      [
        ["N", 3],
        ["N", 1],
      ],
      ["N", 1],
    ],
    ["Abs", [["N", -3]], ["N", 3]],
    ["Abs", [["N - 5"]], undefined],
    ["Floor", [["N/2", 3]], ["trunc(N, 2)", 3]],
    ["Floor", [["N/2 - 3"]], undefined],
    ["Ceil", [["N*2", 3]], ["N*2", 3]],
    ["Ceil", [["N/2"]], undefined],
    ["Round", [["N*2", 3]], ["N*2", 3]],
    ["Clip", [["N", 7, -2], 0, 5], ["min(5, N)", 5, 0]],
    ["Clip", [["N", -2], 1, undefined], ["N", 1]],
    ["Clip", [["N", 9], undefined, undefined], ["N", 9]],
    ["Clip", [["N", 9], Number.NEGATIVE_INFINITY, 3e38], undefined],
    ["Clip", [[8, 9], Number.NEGATIVE_INFINITY, 8.5], [8, 8.5]],
    ["Pow", [[3, 2], 2], [9, 4]],
    ["Pow", [["N"], 2], undefined],
    ["ReduceProd", [["N", 3, 4]], ["N*12"]],
    ["ReduceSum", [["N", 3, 4]], ["N + 7"]],
    ["ReduceMax", [["N", 1]], ["N"]],
    ["ReduceMin", [["N", 1, 3]], [1]],
  ];

/** The same on numbers, held against the engine. */
const numbers: readonly (readonly [OpName, readonly Tensor[]])[] = [
  ["Max", [int64([2, 2], [1, -2, 3, 4]), int64([2], [2, 2]), int64([], [0])]],
  ["Min", [int64([2, 2], [1, -2, 3, 4]), int64([2], [2, 2]), int64([], [0])]],
  ["Max", [float32([3], [1.5, -2, 0]), float32([], [0.1])]],
  ["Abs", [int64([3], [-2, 0, 5])]],
  ["Abs", [float32([3], [-2.1, 0, 5.3])]],
  ["Floor", [float32([8], [-2.5, -1.5, -0.5, 0.2, 0.5, 1.5, 2.5, 7])]],
  ["Ceil", [float32([8], [-2.5, -1.5, -0.5, 0.2, 0.5, 1.5, 2.5, 7])]],
  ["Round", [float32([8], [-2.5, -1.5, -0.5, 0.2, 0.5, 1.5, 2.5, 7])]],
  ["Clip", [float32([4], [-1, 0.3, 0.7, 2]), float32([], [0]), float32([], [0.5])]],
  ["Pow", [float32([3], [2, -3, 5]), int64([3], [3, 3, 0])]],
  ["ReduceProd", [int64([2, 3], [1, 2, 3, 4, 5, 6]), int64([1], [1])]],
  ["ReduceSum", [int64([2, 3], [1, 2, 3, 4, 5, 6]), int64([1], [0])]],
  ["ReduceMax", [float32([2, 3], [1, 2, 3, 4, 5, 6]), int64([1], [-1])]],
  ["ReduceMin", [float32([2, 3], [1, 2, 3, 4, 5, 6])]],
];

describe("while a graph is built", () => {
  it.each(named)("%s of %j is %j", (op, operands, expected) => {
    const dtype = operands.flat().every((dim) => typeof dim !== "number" || Number.isInteger(dim))
      ? "int64"
      : "float32";
    const known = operands.map((dims) => (dims === undefined ? undefined : knownDims(dims, dtype)));
    expect(knownResult(op, known)?.data).toEqual(expected);
  });

  it.each(numbers)("%s of numbers is what the engine makes of them", async (op, operands) => {
    const dims = operands.map(({ dtype, shape, data }) => ({
      dtype,
      shape,
      data: Array.from<number | bigint, number>(data, Number),
    }));
    const known = knownResult(op, dims);
    const axes = op.startsWith("Reduce") ? operands.slice(1) : [];
    const fed = axes.length > 0 ? operands.slice(0, 1) : operands;
    const [y] = await compute(fed, (g, ...all) => g.call(op, [...all, ...axes.map((tensor) => g.constant(tensor))]));
    expect(known?.dtype).toBe(y!.dtype);
    expect(known?.shape).toEqual(y!.shape);
    expect(known?.data.map((dim) => Number(dim) + 0)).toEqual(
      Array.from(y!.data as ArrayLike<number>, (v) => Number(v) + 0),
    );
  });

  it("reduces nothing where there are no axes and it is told so", () => {
    expect(knownResult("ReduceProd", [knownDims(["N", 3])], { noop_with_empty_axes: 1 })?.data).toEqual(["N", 3]);
  });
});
