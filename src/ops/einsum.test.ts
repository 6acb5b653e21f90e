import { describe, expect, it } from "vitest";
import { countMacs } from "../account/cost.js";
import type { Dim } from "../graph/graph.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

/** Equations with shapes of their operands, each letter of one size. */
const equations: [string, ...number[][]][] = [
  ["bij,bjk->bik", [2, 3, 4], [2, 4, 5]],
  ["bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 5, 4]],
  ["ij,jk", [3, 4], [4, 2]],
  ["ba", [2, 3]],
  ["nchw->nc", [2, 3, 2, 4]],
  ["i,j->ji", [3], [4]],
  ["ij,ij->", [2, 3], [2, 3]],
  ["...ij,...jk->...ik", [2, 3, 4, 2], [2, 3, 2, 3]],
  ["b...,b...->...", [2, 3, 4], [2, 3, 4]],
  ["n c h w, k c -> n k h w", [2, 3, 2, 2], [4, 3]],
  ["ab,bc,cd->ad", [2, 3], [3, 4], [4, 2]],
  ["ab,b->a", [2, 3], [3]],
  ["ab,cd->ac", [2, 3], [4, 2]],
];

describe("Einsum", () => {
  it("multiplies matrices, adds everything up, turns axes", async () => {
    const [a, b] = [float32([2, 2], [1, 2, 3, 4]), float32([2, 2], [5, 6, 7, 8])];
    const results = await compute([a, b], (g, p, q) => [
      g.call("Einsum", [p, q], { equation: "ij,jk->ik" }),
      g.call("Einsum", [p, q], { equation: "ij,ij->" }),
      g.call("Einsum", [p], { equation: "ji" }),
      g.call("Einsum", [p], { equation: "ii->i" }),
    ]);
    expect(results.map(({ shape, data }) => [shape, [...data]])).toEqual([
      [
        [2, 2],
        [19, 22, 43, 50],
      ],
      [[], [70]],
      [
        [2, 2],
        [1, 3, 2, 4],
      ],
      [[2], [1, 4]],
    ]);
  });

  it.each(equations)("%s has the gradient that finite differences give", (equation, ...shapes) =>
    checkGradient(
      shapes.map((shape, i) => randomTensor(shape, i)),
      (g, ...inputs) => g.call("Einsum", inputs, { equation }),
    ),
  );

  it.each<[string, Dim[][], Dim[]]>([
    [
      "bij,bjk->bik",
      [
        ["N", 3, "T"],
        ["N", "T", 5],
      ],
      ["N", 3, 5],
    ],
    [
      "...ij,jk->...ik",
      [
        ["N", 2, 3, 4],
        [4, 5],
      ],
      ["N", 2, 3, 5],
    ],
    [
      "...,...",
      [
        ["N", 1, 3],
        [2, 3],
      ],
      ["N", 2, 3],
    ],
  ])("%s keeps names", (equation, shapes, expected) => {
    const types = shapes.map((shape) => floats(...shape));
    const { outputs } = buildGraph(types, (g, ...inputs) => g.call("Einsum", inputs, { equation }));
    expect(outputs[0]!.shape).toEqual(expected);
  });

  it("counts a multiply-accumulate for each product, as MatMul does", () => {
    const types = [floats("N", 3, 4), floats("N", 4, 5)];
    const graph = buildGraph(types, (g, a, b) => g.call("Einsum", [a, b], { equation: "bij,bjk->bik" }));
    expect(countMacs(graph)).toBe(3 * 4 * 5);
  });

  it.each(["ij,jk", "i->", "ij->ik", "ij->i->j", "i1->i", "i...->i", ""])("refuses %j for one matrix", (equation) => {
    const build = () => buildGraph([floats(2, 3)], (g, x) => g.call("Einsum", [x], { equation }, "node"));
    expect(build).toThrow(`Einsum (node): got equation ${equation} for [2, 3]; expected a term for each operand`);
  });

  it.each([
    ["ii->i", [[2, 2]], "got a diagonal; expected each letter once in an operand"],
    [
      "...,...",
      [
        [2, 3],
        [1, 3],
      ],
      "got an operand that is broadcast; expected equal extents where a gradient is wanted",
    ],
  ])("has no gradient for %s", async (equation, shapes, message) => {
    const gradient = checkGradient(
      shapes.map((shape) => randomTensor(shape, 1)),
      (g, ...inputs) => g.call("Einsum", inputs, { equation }),
    );
    await expect(gradient).rejects.toThrow(message);
  });
});
