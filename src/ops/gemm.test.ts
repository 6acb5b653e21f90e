import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costByNode } from "../account/cost.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

const bit = fc.constantFrom(0, 1);
const cases = fc.record({
  i: extents(4),
  j: extents(4),
  k: extents(4),
  transA: bit,
  transB: bit,
  alpha: fc.constantFrom(1, 0.5),
  beta: fc.constantFrom(1, -2),
  c: fc.constantFrom("none", "[]", "[J]", "[1, J]", "[I, 1]", "[I, J]"),
});

describe("Gemm", () => {
  it("is α·A·Bᵀ + β·c, by hand", async () => {
    const inputs = [float32([1, 2], [1, 2]), float32([2, 2], [3, 4, 5, 6]), float32([2], [10, 20])];
    const [y] = await compute(inputs, (g, a, b, c) => g.call("Gemm", [a, b, c], { transB: 1, alpha: 2, beta: 0.5 }));
    expect(y).toEqual(float32([1, 2], [2 * 11 + 5, 2 * 17 + 10]));
  });

  it("has the gradient that finite differences give, for every transposition, scale and bias", () =>
    forAll(
      cases,
      ({ i, j, k, c, ...attributes }) => {
        const inputs = [
          randomTensor(attributes.transA ? [k, i] : [i, k], 1),
          randomTensor(attributes.transB ? [j, k] : [k, j], 2),
        ];
        const bias = { none: undefined, "[]": [], "[J]": [j], "[1, J]": [1, j], "[I, 1]": [i, 1], "[I, J]": [i, j] }[c];
        if (bias !== undefined) inputs.push(randomTensor(bias, 3));
        return checkGradient(inputs, (g, ...values) => g.call("Gemm", values, attributes));
      },
      40,
    ));

  it("costs rows times columns times the length of the sum", () => {
    const graph = buildGraph([floats("N", 64), floats(10, 64)], (g, a, b) => g.call("Gemm", [a, b], { transB: 1 }));
    expect(costByNode(graph)[0]!.macs).toBe(640);
  });

  it("says which matrices do not fit", () => {
    expect(() => buildGraph([floats(2, 3), floats(4, 5)], (g, a, b) => g.call("Gemm", [a, b], {}, "node"))).toThrow(
      "Gemm (node): got A [2, 3], B [4, 5], transA 0, transB 0; expected A [I, K] and B [K, J] once transposed",
    );
  });

  it("refuses a bias that is larger than the product", () => {
    const types = [floats(1, 3), floats(3, 5), floats(4, 5)];
    expect(() => buildGraph(types, (g, a, b, c) => g.call("Gemm", [a, b, c], {}, "node"))).toThrow(
      "Gemm (node): got C [4, 5]; expected a shape that stretches to [1, 5]",
    );
  });
});
