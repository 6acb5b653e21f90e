import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costByNode } from "../account/cost.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { convCases, largestError, naiveConv, otherConvCases } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";
import { ops } from "./index.js";

const x = float32([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** Convolutions whose padding is asked for by name. */
const named = fc.record({
  size: fc.tuple(extents(8), extents(8)),
  kernel: fc.tuple(extents(3), extents(3)),
  strides: fc.tuple(extents(3), extents(3)),
  auto_pad: fc.constantFrom("SAME_UPPER", "SAME_LOWER"),
});

describe("Conv", () => {
  it("correlates, and does not turn the kernel", async () => {
    const [y] = await compute([x, float32([1, 1, 2, 2], [1, 10, 100, 1000])], (g, a, w) => g.call("Conv", [a, w]));
    expect(y).toEqual(float32([1, 1, 2, 2], [5421, 6532, 8754, 9865]));
  });

  it("pads with zeros, steps, and adds the bias", async () => {
    const [y] = await compute([x, float32([1, 1, 3, 3], Array(9).fill(1)), float32([1], [100])], (g, a, w, b) =>
      g.call("Conv", [a, w, b], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    );
    expect(y).toEqual(float32([1, 1, 2, 2], [112, 116, 124, 128]));
  });

  it("agrees with the definition for any kernel, stride, dilation, padding and grouping", () =>
    forAll(
      fc.oneof(convCases, otherConvCases),
      async (given) => {
        const [a, w] = [randomTensor(given.x, 1), randomTensor(given.w, 2)];
        const [y] = await compute([a, w], (g, p, q) => g.call("Conv", [p, q], given.attributes));
        expect(y!.shape).toEqual(given.y);
        expect(largestError(y!, naiveConv(given, a, w))).toBeLessThan(1e-5);
      },
      40,
    ));

  it("has the gradient that finite differences give, for input, weights and bias", () =>
    forAll(
      fc.oneof(convCases, otherConvCases),
      ({ x, w, attributes }) =>
        checkGradient([randomTensor(x, 1), randomTensor(w, 2), randomTensor([w[0]], 3)], (g, a, b, c) =>
          g.call("Conv", [a, b, c], attributes),
        ),
      40,
    ));

  it("takes weights that the graph computes, and gives a gradient for what they come from", () =>
    checkGradient([randomTensor([2, 3, 5, 5], 1), randomTensor([4, 27], 2)], (g, a, b) =>
      g.call("Conv", [a, g.call("Reshape", [g.call("Mul", [b, b]), g.ints([4, 3, 3, 3])])], { pads: [1, 1, 1, 1] }),
    ));

  it("keeps a symbolic batch", () => {
    const graph = buildGraph([floats("N", 2, 9), floats(4, 2, 3)], (g, a, w) => g.call("Conv", [a, w]));
    expect(graph.outputs[0]!.shape).toEqual(["N", 4, 7]);
  });

  it("writes out the pads of older files that name them beside dilations", () => {
    const graph = buildGraph([floats("N", 2, 9, 9), floats(4, 2, 3, 3)], (g, a, w) => {
      const attributes = { auto_pad: { string: "SAME_LOWER" }, dilations: { ints: [1, 2] }, strides: { ints: [2, 3] } };
      const node = { name: "c", op: "Conv", domain: "", inputs: [a.name, w.name, ""], outputs: ["y"], attributes };
      return g.append(ops.Conv.upgrade!(g, node, 11));
    });
    // rows: (5 − 1)·2 + 3 − 9 = 2 zeros; columns: (3 − 1)·3 + 5 − 9 = 2 zeros
    expect(graph.nodes[0]!.attributes).toEqual({
      dilations: { ints: [1, 2] },
      strides: { ints: [2, 3] },
      pads: { ints: [1, 1, 1, 1] },
    });
    expect(graph.outputs[0]!.shape).toEqual(["N", 4, 5, 3]);
  });

  it("has the right shape and gradient with padding SAME_UPPER and SAME_LOWER", () =>
    forAll(named, ({ size, kernel, ...attributes }) =>
      checkGradient([randomTensor([2, 2, ...size], 1), randomTensor([3, 2, ...kernel], 2)], (g, a, w) => {
        const y = g.call("Conv", [a, w], attributes);
        expect(y.shape.slice(2)).toEqual(size.map((s, i) => Math.ceil(s / attributes.strides[i]!)));
        return y;
      }),
    ));

  it("puts the odd zero after with SAME_UPPER, before with SAME_LOWER, and none with VALID", async () => {
    const w = float32([1, 1, 2, 2], [1, 0, 0, 0]); // the top left corner of each window
    const results = await compute([x, w], (g, a, b) =>
      ["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto_pad) => g.call("Conv", [a, b], { auto_pad })),
    );
    expect(results.map(({ data }) => [...data])).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      [0, 0, 0, 0, 1, 2, 0, 4, 5],
      [1, 2, 4, 5],
    ]);
  });

  it("costs one multiply-accumulate per output and weight of its filter, whatever the group", () => {
    const macs = (group: number) =>
      costByNode(
        buildGraph([floats("N", 4, 8, 8), floats(6, 4 / group, 3, 3)], (g, a, w) =>
          g.call("Conv", [a, w], { pads: [1, 1, 1, 1], strides: [2, 2], group }),
        ),
      )[0]!.macs;
    expect(macs(1)).toBe(6 * 4 * 4 * (4 * 3 * 3));
    expect(macs(2)).toBe(6 * 4 * 4 * (2 * 3 * 3));
  });

  it.each<[string, number[], number[], object, string]>([
    [
      "channels that differ",
      [1, 3, 8, 8],
      [4, 2, 3, 3],
      {},
      "got x [1, 3, 8, 8], w [4, 2, 3, 3], group 1; expected x [N, 2, H, W] and w [O, I/1, kH, kW] with O divisible by 1",
    ],
    [
      "outputs that do not divide into groups",
      [1, 4, 8, 8],
      [3, 2, 3, 3],
      { group: 2 },
      "got x [1, 4, 8, 8], w [3, 2, 3, 3], group 2; expected x [N, 4, H, W] and w [O, I/2, kH, kW] with O divisible by 2",
    ],
    [
      "a map smaller than the kernel",
      [1, 2, 2, 8],
      [4, 2, 3, 3],
      {},
      "got x [1, 2, 2, 8] with a kernel reaching over 3; expected an extent of at least 3 at axis 2 once padded; give a larger input",
    ],
    [
      "another kernel_shape than the weights have",
      [1, 2, 8, 8],
      [4, 2, 3, 3],
      { kernel_shape: [3, 5] },
      "got kernel_shape [3,5]; expected [3,3], the extents of the weights",
    ],
    [
      "one stride",
      [1, 2, 8, 8],
      [4, 2, 3, 3],
      { strides: [1] },
      "got strides [1], dilations [1,1], pads [0,0,0,0]; expected 2, 2 and 4 numbers",
    ],
    [
      "a stride of 0",
      [1, 2, 8, 8],
      [4, 2, 3, 3],
      { strides: [0, 1] },
      "got kernel [3,3], strides [0,1], dilations [1,1], pads [0,0,0,0]; expected at least 1 each, and pads of at least 0",
    ],
    [
      "an unknown padding",
      [1, 2, 8, 8],
      [4, 2, 3, 3],
      { auto_pad: "SAME" },
      "got auto_pad SAME; expected one of NOTSET, VALID, SAME_UPPER, SAME_LOWER",
    ],
    [
      "padding by name beside dilations",
      [1, 2, 8, 8],
      [4, 2, 3, 3],
      { auto_pad: "SAME_UPPER", dilations: [1, 2] },
      "got auto_pad SAME_UPPER with dilations [1,2]; expected dilations [1,1], as ONNX Runtime does not take both; write the pads out",
    ],
    ["a vector", [1, 2, 8], [4, 2, 3, 3], {}, "got x [1, 2, 8]; expected x [N, C, H, W]"],
    ["four spatial axes", [1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1], {}, "got 4 spatial axes; expected 1, 2 or 3 of them"],
    [
      "channels that differ along one axis",
      [1, 3, 8],
      [4, 2, 3],
      {},
      "got x [1, 3, 8], w [4, 2, 3], group 1; expected x [N, 2, L] and w [O, I/1, kL] with O divisible by 1",
    ],
  ])("refuses %s", (_, shape, weights, attributes, message) => {
    expect(() =>
      buildGraph([floats(...shape), floats(...weights)], (g, a, w) => g.call("Conv", [a, w], attributes, "node")),
    ).toThrow(`Conv (node): ${message}`);
  });

  it("refuses a bias of another length", () => {
    const types = [floats(1, 2, 8, 8), floats(4, 2, 3, 3), floats(3)];
    expect(() => buildGraph(types, (g, a, w, b) => g.call("Conv", [a, w, b], {}, "node"))).toThrow(
      "Conv (node): got x [1, 2, 8, 8], w [4, 2, 3, 3], b [3], group 1; expected",
    );
  });
});
