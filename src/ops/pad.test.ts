import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

/** A shape and pads from −1 to 2 on every side of it that leave something. */
const cases = shapes(1, 4).chain((shape) =>
  fc
    .array(fc.integer({ min: -1, max: 2 }), { minLength: 2 * shape.length, maxLength: 2 * shape.length })
    .filter((pads) => shape.every((dim, i) => dim + pads[i]! + pads[i + shape.length]! > 0))
    .map((pads) => ({ shape, pads })),
);

describe("Pad", () => {
  it("puts zeros, or what it is given, around and cuts where a pad is negative", async () => {
    const results = await compute([float32([2, 2], [1, 2, 3, 4])], (g, x) => [
      g.call("Pad", [x, g.ints([0, 1, 1, 0])]),
      g.call("Pad", [x, g.ints([-1, 0, 0, 1]), g.scalar(9)]),
    ]);
    expect(results).toEqual([float32([3, 3], [0, 1, 2, 0, 3, 4, 0, 0, 0]), float32([1, 3], [3, 4, 9])]);
  });

  it("leaves a symbolic batch alone", () => {
    const graph = buildGraph([floats("N", 2)], (g, x) => g.call("Pad", [x, g.ints([0, 1, 0, 1])]));
    expect(graph.outputs[0]!.shape).toEqual(["N", 4]);
  });

  it("has the gradient that finite differences give, for any pads", () =>
    forAll(
      cases,
      ({ shape, pads }) => checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Pad", [x, g.ints(pads)])),
      30,
    ));

  it.each<[string, (number | string)[], number[], string]>([
    ["too few pads", [2, 3], [1, 1], "got 2 pads; expected 4, two for each axis"],
    ["pads at the batch", ["N", 3], [1, 0, 0, 0], 'got pads at the symbolic extent "N"; expected a size there'],
    [
      "pads that leave nothing",
      [2, 3],
      [-2, 0, -1, 0],
      "got pads [-2, 0, -1, 0] for [2, 3]; expected no more cut away than there is at axis 0",
    ],
  ])("refuses %s", (_, shape, pads, message) => {
    expect(() => buildGraph([floats(...shape)], (g, x) => g.call("Pad", [x, g.ints(pads)], {}, "node"))).toThrow(
      `Pad (node): ${message}`,
    );
  });

  it("refuses axes, which it would have to read the pads by", () => {
    const build = () =>
      buildGraph([floats(2, 3)], (g, x) =>
        g.call("Pad", [x, g.ints([1, 1, 1, 1]), undefined, g.ints([1, 0])], {}, "node"),
      );
    expect(build).toThrow("Pad (node): got axes; expected pads for every axis");
  });

  it("has no gradient for a border that repeats the image", async () => {
    const gradient = checkGradient([randomTensor([3], 1)], (g, x) =>
      g.call("Pad", [x, g.ints([1, 1])], { mode: "edge" }, "node"),
    );
    await expect(gradient).rejects.toThrow(
      "gradient of Pad (node): got mode edge; expected constant where a gradient is wanted",
    );
  });
});
