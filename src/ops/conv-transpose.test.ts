import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costByNode } from "../account/cost.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** Transposed convolutions of every kind over `spatial` axes that give at least one pixel. */
function casesOf(spatial: number) {
  const each = (entry: fc.Arbitrary<number>, count = spatial) =>
    fc.array(entry, { minLength: count, maxLength: count });
  return fc
    .record({
      group: extents(2),
      size: each(extents(4)),
      kernel: each(extents(3)),
      strides: each(extents(3)),
      dilations: each(extents(2)),
      pads: each(fc.nat(2), 2 * spatial),
      output_padding: each(fc.nat(2)),
    })
    .filter(({ size, kernel, strides, dilations, pads, output_padding }) =>
      size.every((extent, i) => {
        const covered = (extent - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
        return covered + output_padding[i]! - pads[i]! - pads[i + spatial]! > 0 && output_padding[i]! < strides[i]!;
      }),
    );
}

/** The same with pads that follow from a name, or from the size of the output. */
const named = fc
  .record({
    size: fc.tuple(extents(4), extents(4)),
    kernel: fc.tuple(extents(4), extents(4)),
    strides: fc.tuple(extents(3), extents(3)),
    dilations: fc.tuple(extents(2), extents(2)),
    auto_pad: fc.constantFrom("NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"),
    more: fc.option(fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 }))),
  })
  .map(({ more, ...given }) => {
    const full = given.size.map(
      (s, i) => (s - 1) * given.strides[i]! + (given.kernel[i]! - 1) * given.dilations[i]! + 1,
    );
    return {
      ...given,
      ...(more && { output_shape: full.map((s, i) => Math.max(1, s + Math.min(more[i]!, given.strides[i]! - 1))) }),
    };
  });

describe("ConvTranspose", () => {
  it("spreads every pixel over a kernel, by hand", async () => {
    const x = float32([1, 1, 1, 2], [1, 2]);
    const w = float32([1, 1, 1, 3], [1, 10, 100]);
    const results = await compute([x, w, float32([1], [0.5])], (g, a, b, c) => [
      g.call("ConvTranspose", [a, b]),
      g.call("ConvTranspose", [a, b, c], { strides: [1, 2], output_padding: [0, 1] }),
    ]);
    expect(results.map(({ data }) => [...data])).toEqual([
      [1, 12, 120, 200],
      [1.5, 10.5, 102.5, 20.5, 200.5, 0.5],
    ]);
  });

  it("has the gradient that finite differences give, for input, weights and bias", () =>
    forAll(
      fc.oneof(casesOf(1), casesOf(2), casesOf(3)),
      ({ group, size, kernel, ...attributes }) => {
        const [x, w] = [randomTensor([2, 2 * group, ...size], 1), randomTensor([2 * group, 3, ...kernel], 2)];
        return checkGradient([x, w, randomTensor([3 * group], 3)], (g, a, b, c) =>
          g.call("ConvTranspose", [a, b, c], { ...attributes, group }),
        );
      },
      40,
    ));

  it("has the shape and the gradient with pads by name and with an output of given size", () =>
    forAll(
      named,
      ({ size, kernel, ...attributes }) =>
        checkGradient([randomTensor([2, 2, ...size], 1), randomTensor([2, 3, ...kernel], 2)], (g, a, b) =>
          g.call("ConvTranspose", [a, b], attributes),
        ),
      40,
    ));

  it("costs one multiply-accumulate per input and weight of its filter", () => {
    const graph = buildGraph([floats("N", 4, 5, 5), floats(4, 6, 3, 3)], (g, x, w) =>
      g.call("ConvTranspose", [x, w], { strides: [2, 2] }),
    );
    expect(costByNode(graph)[0]!.macs).toBe(4 * 5 * 5 * (6 * 3 * 3));
  });

  it("says which channels differ", () => {
    const types = [floats(1, 3, 4, 4), floats(2, 4, 3, 3)];
    expect(() => buildGraph(types, (g, x, w) => g.call("ConvTranspose", [x, w], {}, "node"))).toThrow(
      "ConvTranspose (node): got x [1, 3, 4, 4], w [2, 4, 3, 3], group 1; expected x [N, I, H, W], w [I, O/group, kH, kW] with I divisible by group, b [O]",
    );
  });

  it("refuses an output that x does not reach", () => {
    const types = [floats(1, 2, 2, 2), floats(2, 4, 3, 3)];
    const build = () =>
      buildGraph(types, (g, x, w) =>
        g.call("ConvTranspose", [x, w], { output_shape: [5, 7], strides: [2, 2] }, "node"),
      );
    expect(build).toThrow(
      "ConvTranspose (node): got output_shape [5,7] for x [1, 2, 2, 2]; expected less than [7,7], as x reaches no further",
    );
  });

  it("refuses pads that leave nothing", () => {
    const types = [floats(1, 2, 2, 2), floats(2, 4, 1, 1)];
    expect(() =>
      buildGraph(types, (g, x, w) => g.call("ConvTranspose", [x, w], { pads: [1, 0, 1, 0] }, "node")),
    ).toThrow("ConvTranspose (node): got pads [1,0,1,0] for x [1, 2, 2, 2]; expected to leave a map of at least 1×1");
  });
});
