import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { type PoolCase, poolCases, pooledTo, windowsOf } from "../testing/naive-pool.js";
import { awayFromZero } from "../testing/random-tensor.js";

/** Pools whose last window, where ceil mode adds one, begins on the map. */
const cases = fc.tuple(
  poolCases.filter(
    (given) => !given.attributes.ceil_mode || pooledTo(given).every((size, i) => size === ceiled(given, i)),
  ),
  fc.integer({ min: 1, max: 3 }),
);

function ceiled({ x, attributes: { kernel_shape, strides, dilations, pads } }: PoolCase, i: number): number {
  const reach = (kernel_shape[i]! - 1) * dilations[i]! + 1;
  return Math.ceil((x[i + 2]! + pads[i]! + pads[i + kernel_shape.length]! - reach) / strides[i]!) + 1;
}

describe("LpPool", () => {
  it("agrees with the definition for any window, padding, ceil mode and norm", () =>
    forAll(
      cases,
      async ([given, p]) => {
        const x = awayFromZero(given.x, 1);
        const [y] = await compute([x], (g, a) => g.call("LpPool", [a], { ...given.attributes, p }));
        expect(y!.shape).toEqual([...given.x.slice(0, 2), ...pooledTo(given)]);
        const norms = windowsOf(given).map(
          ({ pixels }) => pixels.reduce((sum, at) => sum + Math.abs(x.data[at]!) ** p, 0) ** (1 / p),
        );
        expect(largestError(y!, float32(y!.shape, norms))).toBeLessThan(1e-5);
      },
      60,
    ));

  it("has the gradient that finite differences give", () =>
    forAll(
      cases,
      ([given, p]) =>
        checkGradient([awayFromZero(given.x, 1)], (g, x) => g.call("LpPool", [x], { ...given.attributes, p })),
      60,
    ));

  it("refuses a last window in the padding, about which ONNX Runtime contradicts itself", () => {
    const attributes = { kernel_shape: [2], strides: [3], pads: [1, 1], ceil_mode: 1 };
    expect(() => buildGraph([floats(1, 1, 4)], (g, x) => g.call("LpPool", [x], attributes, "node"))).toThrow(
      "LpPool (node): got ceil_mode for x [1, 1, 4], where a last window would begin in the padding; expected none, as ONNX Runtime counts it",
    );
  });

  it("keeps a symbolic batch", () => {
    const graph = buildGraph([floats("N", 3, 7, 7)], (g, x) => g.call("LpPool", [x], { kernel_shape: [3, 3] }));
    expect(graph.outputs[0]!.shape).toEqual(["N", 3, 5, 5]);
  });
});
