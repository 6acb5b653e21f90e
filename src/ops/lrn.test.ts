import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { elements, float32, type Tensor, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";
import { upgraded } from "../testing/upgraded.js";

interface Settings {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/** Maps of one or two axes, windows from one channel to more than there are, odd and even. */
const cases = fc.record({
  shape: fc
    .tuple(extents(3), extents(8), fc.array(extents(3), { minLength: 1, maxLength: 2 }))
    .map(([n, channels, map]) => [n, channels, ...map]),
  size: extents(7),
  alpha: fc.constantFrom(0.5, 2),
  beta: fc.constantFrom(0.75, 0.5, 2),
  bias: fc.constantFrom(1, 2),
});

/** As the reader makes it: even sizes are written out. */
function lrn(g: GraphBuilder, x: Value, { size, alpha, beta, bias }: Settings): Value {
  const attributes = { size: { int: size }, alpha: { float: alpha }, beta: { float: beta }, bias: { float: bias } };
  return upgraded(g, { op: "LRN", inputs: [x.name], attributes }, 13);
}

/** By the definition of ONNX: the window reaches ⌊(size − 1)/2⌋ channels down and ⌈(size − 1)/2⌉ up. */
function naiveLrn(x: Tensor, { size, alpha, beta, bias }: Settings): Tensor<"float32"> {
  const [inner, channels] = [elements(x.shape.slice(2)), x.shape[1]!];
  const values = toNumbers(x);
  const entry = (value: number, i: number) => {
    const channel = Math.floor(i / inner) % channels;
    let sum = 0;
    for (let c = channel - Math.floor((size - 1) / 2); c <= channel + Math.ceil((size - 1) / 2); c++) {
      if (c >= 0 && c < channels) sum += values[i + (c - channel) * inner]! ** 2;
    }
    return value / (bias + (alpha / size) * sum) ** beta;
  };
  return float32(x.shape, values.map(entry));
}

describe("LRN", () => {
  it("has the values of its definition, odd and even sizes", () =>
    forAll(
      cases,
      async ({ shape, ...settings }) => {
        const x = randomTensor(shape, 1, { low: -2, high: 2 });
        const [y] = await compute([x], (g, a) => lrn(g, a, settings));
        expect(largestError(y!, naiveLrn(x, settings))).toBeLessThan(2e-6);
      },
      40,
    ));

  it("has the gradient that finite differences give, odd and even sizes", () =>
    forAll(cases, ({ shape, ...settings }) =>
      checkGradient([randomTensor(shape, 1, { low: -2, high: 2 })], (g, x) => lrn(g, x, settings)),
    ));

  it("takes the defaults of ONNX where attributes are left out, in even sizes too", async () => {
    const x = randomTensor([1, 6, 2, 1], 1, { low: -100, high: 100 });
    for (const size of [3, 4]) {
      const [y] = await compute([x], (g, a) =>
        upgraded(g, { op: "LRN", inputs: [a.name], attributes: { size: { int: size } } }, 13),
      );
      expect(largestError(y!, naiveLrn(x, { size, alpha: 1e-4, beta: 0.75, bias: 1 }))).toBeLessThan(2e-6);
    }
  });

  it("keeps a symbolic batch, and says which sizes it takes", () => {
    const settings = { alpha: 1, beta: 1, bias: 1 };
    for (const size of [4, 5]) {
      const graph = buildGraph([floats("N", 6, 5, 7)], (g, x) => lrn(g, x, { size, ...settings }));
      expect(graph.outputs[0]!.shape).toEqual(["N", 6, 5, 7]);
    }
    for (const size of [undefined, 0, 2]) {
      expect(() => buildGraph([floats(1, 6, 5, 7)], (g, x) => g.call("LRN", [x], { size }, "node"))).toThrow(
        `LRN (node): got x [1, 6, 5, 7], size ${size}; expected x [N, C, H, W] and an odd size`,
      );
    }
  });
});
