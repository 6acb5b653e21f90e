import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { poolCases, pooledTo, windowsOf } from "../testing/naive-pool.js";
import { distinctTensor } from "../testing/random-tensor.js";

describe("MaxPool", () => {
  it("takes the largest pixel and says where in all of x it lies, by rows or by columns", async () => {
    const x = float32([1, 2, 2, 3], [1, 5, 3, 4, 2, 6, 0, 0, 0, 9, 8, 7]);
    const results = await compute([x], (g, a) =>
      [0, 1].flatMap((storage_order) => g.callMany("MaxPool", [a], { kernel_shape: [2, 2], storage_order }, 2)),
    );
    const y = float32([1, 2, 1, 2], [5, 6, 9, 8]);
    expect(results).toEqual([y, int64([1, 2, 1, 2], [1, 5, 9, 10]), y, int64([1, 2, 1, 2], [2, 5, 7, 9])]);
  });

  it("agrees with the definition for any window, padding and ceil mode, values and places alike", () =>
    forAll(
      poolCases,
      async (given) => {
        const x = distinctTensor(given.x, 1);
        const [y, indices] = await compute([x], (g, a) => g.callMany("MaxPool", [a], given.attributes, 2));
        const places = windowsOf(given).map(({ pixels }) =>
          pixels.reduce((best, at) => (x.data[at]! > x.data[best]! ? at : best)),
        );
        const shape = [...given.x.slice(0, 2), ...pooledTo(given)];
        expect(indices).toEqual(int64(shape, places));
        expect(y).toEqual(
          float32(
            shape,
            places.map((at) => x.data[at]!),
          ),
        );
      },
      100,
    ));

  it("has the gradient that finite differences give, also where windows overlap", () =>
    forAll(
      poolCases,
      (given) => checkGradient([distinctTensor(given.x, 1)], (g, x) => g.call("MaxPool", [x], given.attributes)),
      100,
    ));

  it("has it with padding by name and beside the places", () =>
    forAll(fc.constantFrom("SAME_UPPER", "SAME_LOWER", "VALID"), (auto_pad) =>
      checkGradient([distinctTensor([2, 1, 7, 8], 1)], (g, x) => {
        const attributes = { kernel_shape: [3, 2], strides: [2, 2], auto_pad, ceil_mode: 1, storage_order: 1 };
        return g.callMany("MaxPool", [x], attributes, 2)[0]!;
      }),
    ));

  it.each([
    ["windows that overlap", 1, [4, 2, 0, 2, 1, 0, 0, 0, 0]],
    ["windows apart", 2, [1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])("gives the gradient of equal pixels to the first, as PyTorch does: %s", async (_, stride, expected) => {
    const x = float32([1, 1, 3, 3], stride === 2 ? [3, 3, 3, 3, 3, 3, 3, 3, 3] : [5, 3, 3, 3, 3, 3, 3, 3, 3]);
    const [dx] = await compute([x], (g, a) => {
      const pads = stride === 1 ? [1, 1, 0, 0] : [0, 0, 0, 0];
      const y = g.call("MaxPool", [a], { kernel_shape: [2, 2], strides: [stride, stride], pads });
      return differentiate(g, g.call("ReduceSum", [y], { keepdims: 0 }), [a])[0]!;
    });
    expect([...dx!.data]).toEqual(expected);
  });

  it("has none where a dilated window steps over a map", async () => {
    const gradient = checkGradient([distinctTensor([1, 1, 1], 1)], (g, x) =>
      g.call("MaxPool", [x], { kernel_shape: [2], dilations: [2], pads: [1, 1] }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "gradient of MaxPool (node): got a window without a pixel of x under it (place 0 of axis 2); expected one under every window, for the gradient to go to; pad less",
    );
  });

  it("keeps a symbolic batch", () => {
    const graph = buildGraph([floats("N", 3, 7, 7)], (g, x) =>
      g.call("MaxPool", [x], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    );
    expect(graph.outputs[0]!.shape).toEqual(["N", 3, 3, 3]);
  });
});
