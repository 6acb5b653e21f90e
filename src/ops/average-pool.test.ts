import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { poolCases, pooledTo, windowsOf } from "../testing/naive-pool.js";
import { randomTensor } from "../testing/random-tensor.js";
import { ops } from "./index.js";

const cases = fc.tuple(poolCases, fc.nat(1));

describe("AveragePool", () => {
  it("takes the mean of the pixels, or of the zeros around them too", async () => {
    const results = await compute([float32([1, 1, 6], [1, 2, 3, 4, 5, 6])], (g, x) =>
      [0, 1].map((count_include_pad) =>
        g.call("AveragePool", [x], { kernel_shape: [3], strides: [2], pads: [1, 1], ceil_mode: 1, count_include_pad }),
      ),
    );
    // The last window lies over 6, one zero, and a place beyond that is never counted.
    expect(results.map(({ data }) => [...data])).toEqual([
      [1.5, 3, 5, 6],
      [1, 3, 5, 3],
    ]);
  });

  it("agrees with the definition for any window, padding, ceil mode and count", () =>
    forAll(
      cases,
      async ([given, count_include_pad]) => {
        const x = randomTensor(given.x, 1);
        const [y] = await compute([x], (g, a) =>
          g.call("AveragePool", [a], { ...given.attributes, count_include_pad }),
        );
        expect(y!.shape).toEqual([...given.x.slice(0, 2), ...pooledTo(given)]);
        const means = windowsOf(given).map(
          ({ pixels, padded }) =>
            pixels.reduce((sum, at) => sum + x.data[at]!, 0) / (count_include_pad ? padded : pixels.length),
        );
        expect(largestError(y!, float32(y!.shape, means))).toBeLessThan(1e-5);
      },
      100,
    ));

  it("has the gradient that finite differences give", () =>
    forAll(
      cases,
      ([given, count_include_pad]) =>
        checkGradient([randomTensor(given.x, 1)], (g, x) =>
          g.call("AveragePool", [x], { ...given.attributes, count_include_pad }),
        ),
      100,
    ));

  it("has it with padding by name", () =>
    forAll(
      fc.record({
        size: fc.integer({ min: 3, max: 9 }),
        auto_pad: fc.constantFrom("SAME_UPPER", "SAME_LOWER", "VALID"),
        kernel_shape: fc.tuple(fc.integer({ min: 1, max: 3 })),
        strides: fc.tuple(fc.integer({ min: 1, max: 4 })),
        ceil_mode: fc.nat(1),
        count_include_pad: fc.nat(1),
      }),
      ({ size, ...given }) => {
        const attributes = { ...given, strides: [Math.min(given.strides[0], given.kernel_shape[0])] };
        return checkGradient([randomTensor([1, 2, size], 1)], (g, x) => g.call("AveragePool", [x], attributes));
      },
      40,
    ));

  it("has it where one window covers the map", () =>
    checkGradient([randomTensor([2, 3, 4, 5], 1)], (g, x) => g.call("AveragePool", [x], { kernel_shape: [4, 5] })));

  it("keeps a symbolic batch, and writes out pads that older files name beside dilations", () => {
    const graph = buildGraph([floats("N", 2, 9)], (g, x) => {
      const attributes = { auto_pad: { string: "SAME_UPPER" }, kernel_shape: { ints: [3] }, dilations: { ints: [2] } };
      const node = { name: "p", op: "AveragePool", domain: "", inputs: [x.name], outputs: ["y"], attributes };
      return g.append(ops.AveragePool.upgrade!(g, node, 19));
    });
    expect(graph.nodes[0]!.attributes.pads).toEqual({ ints: [2, 2] });
    expect(graph.outputs[0]!.shape).toEqual(["N", 2, 9]);
  });

  it.each<[string, object, string]>([
    ["no kernel", {}, "got no kernel_shape; expected one"],
    [
      "pads as large as the kernel",
      { kernel_shape: [2, 2], pads: [0, 2, 0, 0] },
      "got pads [0,2,0,0] for kernel [2,2]; expected pads smaller than the kernel, as ONNX Runtime takes no others",
    ],
    [
      "padding by name beside strides that leave pixels out",
      { kernel_shape: [1, 1], strides: [3, 1], auto_pad: "SAME_UPPER" },
      "got auto_pad SAME_UPPER with strides [3,1] for kernel [1,1]; expected strides up to the kernel, as ONNX Runtime shifts such windows; write the pads out",
    ],
    ["another number of axes", { kernel_shape: [2] }, "got x [1, 1, 4, 4]; expected x [N, C, L]"],
    [
      "a window larger than the map",
      { kernel_shape: [5, 5] },
      "got x [1, 1, 4, 4] with a kernel reaching over 5; expected an extent of at least 5 at axis 2 once padded",
    ],
  ])("refuses %s", (_, attributes, message) => {
    expect(() => buildGraph([floats(1, 1, 4, 4)], (g, x) => g.call("AveragePool", [x], attributes, "node"))).toThrow(
      `AveragePool (node): ${message}`,
    );
  });
});
