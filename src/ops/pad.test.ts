import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindDims } from "../clean/replay.js";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";

/** A shape and pads from −1 to 2 on every side of it that leave something. */
const cases = shapes(1, 4).chain((shape) =>
  fc
    .array(fc.integer({ min: -1, max: 2 }), { minLength: 2 * shape.length, maxLength: 2 * shape.length })
    .filter((pads) => shape.every((dim, i) => dim + pads[i]! + pads[i + shape.length]! > 0))
    .map((pads) => ({ shape, pads })),
);

/** A shape and pads on every side of it that the mode can fill from what is there. */
const borders = fc
  .record({
    shape: shapes(1, 3),
    mode: fc.constantFrom("edge", "reflect", "wrap"),
    before: fc.array(fc.integer({ min: -2, max: 4 }), { minLength: 3, maxLength: 3 }),
    after: fc.array(fc.integer({ min: -2, max: 4 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ shape, mode, before, after }) => ({
    shape,
    mode,
    pads: [before, after].flatMap((p) => p.slice(0, shape.length)),
  }))
  .filter(({ shape, mode, pads }) =>
    shape.every((size, i) => {
      const [before, after] = [pads[i]!, pads[i + shape.length]!];
      const kept = size + Math.min(before, 0) + Math.min(after, 0);
      return kept > 0 && (mode === "edge" || Math.max(before, after) <= kept - (mode === "reflect" ? 1 : 0));
    }),
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

  it("pads named extents too, and says once they have sizes where that cannot be", async () => {
    const padded = (pads: number[], mode: string) =>
      buildGraph([floats("N", 2, "H")], (g, x) => g.call("Pad", [x, g.ints(pads)], { mode }));
    const graph = padded([0, 1, 2, 0, 1, -1], "reflect");
    expect(graph.outputs[0]!.shape).toEqual(["N", 4, "H + 1"]);
    expect(bindDims(graph, { N: 3, H: 4 }).outputs[0]!.shape).toEqual([3, 4, 5]);
    expect(() => bindDims(graph, { N: 3, H: 3 })).toThrow(
      "mode reflect, pads [2, -1] for axis 2 of [3, 2, 3]; expected pads of at most 1",
    );
    expect(() => bindDims(padded([0, 0, -2, 0, 0, 0], "constant"), { N: 1, H: 1 })).toThrow(
      "pads [-2, 0] for axis 2 of [1, 2, 1]; expected no more cut away than there is",
    );
    const batch = padded([1, 0, 0, 0, 0, 0], "edge");
    const x = float32([2, 2, 1], [1, 2, 3, 4]);
    const [y] = Object.values(await runGraph(batch, { x0: x }));
    expect(y).toEqual(float32([3, 2, 1], [1, 2, 1, 2, 3, 4]));
  });

  it("has the gradient that finite differences give, for any pads", () =>
    forAll(
      cases,
      ({ shape, pads }) => checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Pad", [x, g.ints(pads)])),
      30,
    ));

  it.each<[string, number[], number[], string]>([
    ["too few pads", [2, 3], [1, 1], "got 2 pads; expected 4, two for each axis"],
    [
      "pads that leave nothing",
      [2, 3],
      [-2, 0, -1, 0],
      "got pads [-2, -1] for axis 0 of [2, 3]; expected no more cut away than there is",
    ],
  ])("refuses %s", (_, shape, pads, message) => {
    expect(() => buildGraph([floats(...shape)], (g, x) => g.call("Pad", [x, g.ints(pads)], {}, "node"))).toThrow(
      `Pad (node): ${message}`,
    );
  });

  it("continues with the edge, the mirror image or the other side", async () => {
    const results = await compute([float32([4], [1, 2, 3, 4])], (g, x) =>
      ["edge", "reflect", "wrap"].map((mode) => g.call("Pad", [x, g.ints([2, 3])], { mode })),
    );
    expect(results.map(({ data }) => [...data])).toEqual([
      [1, 1, 1, 2, 3, 4, 4, 4, 4],
      [3, 2, 1, 2, 3, 4, 3, 2, 1],
      [3, 4, 1, 2, 3, 4, 1, 2, 3],
    ]);
  });

  it("has the gradient that finite differences give in those modes, pads cutting too", () =>
    forAll(
      borders,
      ({ shape, pads, mode }) =>
        checkGradient([randomTensor(shape, 1)], (g, x) => g.call("Pad", [x, g.ints(pads)], { mode })),
      100,
    ));

  it("pads the axes that are listed, counted from either end", () =>
    checkGradient([randomTensor([2, 3, 4], 1)], (g, x) => {
      const y = g.call("Pad", [x, g.ints([1, 0, 2, 1]), undefined, g.ints([-1, 1])], { mode: "edge" });
      expect(y.shape).toEqual([2, 4, 7]);
      return y;
    }));

  it.each<[string, string, number[], string]>([
    [
      "a mirror image larger than the image",
      "reflect",
      [4, 0],
      "got mode reflect, pads [4, 0] for axis 0 of [4]; expected pads of at most 3, from what is there",
    ],
    [
      "to wrap more than once",
      "wrap",
      [0, 5],
      "got mode wrap, pads [0, 5] for axis 0 of [4]; expected pads of at most 4, from what is there",
    ],
    [
      "the edge of nothing",
      "edge",
      [-4, 1],
      "got mode edge, pads [-4, 1] for axis 0 of [4]; expected pads of at most 0, from what is there",
    ],
    ["an unknown mode", "symmetric", [1, 1], "got mode symmetric; expected one of constant, edge, reflect, wrap"],
  ])("refuses %s", (_, mode, pads, message) => {
    expect(() => buildGraph([floats(4)], (g, x) => g.call("Pad", [x, g.ints(pads)], { mode }, "node"))).toThrow(
      `Pad (node): ${message}`,
    );
  });
});
