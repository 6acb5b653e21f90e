import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindDim } from "../graph/dims/dim.js";
import type { Dim } from "../graph/graph.js";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";

const x = float32([6], [0, 1, 2, 3, 4, 5]);

/** A cut through one axis of 1 to 9 that leaves something, in any direction, with bounds that may lie outside. */
const cut = fc
  .record({
    size: fc.integer({ min: 1, max: 9 }),
    start: fc.integer({ min: -11, max: 11 }),
    end: fc.integer({ min: -11, max: 11 }),
    step: fc.constantFrom(1, 2, 3, 4, -1, -2, -3),
  })
  .filter(({ size, start, end, step }) => {
    const positions = Array.from({ length: size }, (_, i) => i);
    const [from, to] = [start, end].map((at) => (at < 0 ? at + size : at)) as [number, number];
    return step > 0
      ? positions.slice(Math.max(0, from), Math.max(0, to)).length > 0
      : positions.some((at) => at <= from && at > to) && from >= 0;
  });

describe("Slice", () => {
  it.each([
    ["1:4", 1, 4, 1, [1, 2, 3]],
    ["::2", 0, 2 ** 31 - 1, 2, [0, 2, 4]],
    ["-2:", -2, 99, 1, [4, 5]],
    ["::-1", -1, -99, -1, [5, 4, 3, 2, 1, 0]],
    ["4:0:-2", 4, 0, -2, [4, 2]],
    ["-1:2:-3", -1, 2, -3, [5]],
    ["3:3", 3, 3, 1, []],
  ])("cuts %s", async (_, start, end, step, expected) => {
    const [y] = await compute([x], (g, a) =>
      g.call("Slice", [a, g.ints([start]), g.ints([end]), g.ints([0]), g.ints([step])]),
    );
    expect([...y!.data]).toEqual(expected);
  });

  it("takes the largest integer as the end, as exported files write it", async () => {
    const end = int64([1], new BigInt64Array([2n ** 63n - 1n]));
    const [y] = await compute([x], (g, a) => g.call("Slice", [a, g.ints([4]), g.constant(end)]));
    expect([...y!.data]).toEqual([4, 5]);
  });

  it("declares the shape that ONNX Runtime returns, and has the gradient that finite differences give", () =>
    forAll(
      fc.tuple(cut, cut),
      async ([a, b]) => {
        const data = randomTensor([a.size, 2, b.size], 1);
        const take = (axes: number[]) =>
          checkGradient([data], (g, v) =>
            g.call("Slice", [
              v,
              g.ints([a.start, b.start]),
              g.ints([a.end, b.end]),
              g.ints(axes),
              g.ints([a.step, b.step]),
            ]),
          );
        await take([0, 2]);
        await take([-3, -1]);
      },
      40,
    ));

  it.each<[string, number, number, number, Dim]>([
    ["all", 0, 2 ** 31 - 1, 1, "W"],
    ["all, turned", -1, -(2 ** 31), -1, "W"],
    ["all but the last", 0, -1, 1, "W - 1"],
    ["all but the first", 1, 2 ** 40, 1, "W - 1"],
    ["the last", -1, 2 ** 31, 1, 1],
    ["at most 5", 0, 5, 1, "min(5, W)"],
    ["every other one", 0, 2 ** 31, 2, "trunc(W + 1, 2)"],
    ["none", 1, 1, 1, 0],
  ])("cuts a named extent: %s", (_, start, end, step, expected) => {
    const lengthOf = (size: Dim) =>
      buildGraph([floats(2, size)], (g, v) =>
        g.call("Slice", [v, g.ints([start]), g.ints([end]), g.ints([1]), g.ints([step])]),
      ).outputs[0]!.shape[1]!;
    expect(lengthOf("W")).toBe(expected);
    for (const size of [1, 2, 3, 8, 9]) expect(bindDim(expected, { W: size })).toBe(lengthOf(size));
  });

  it("cuts at an extent that is computed from a shape", () => {
    const { outputs } = buildGraph([floats("N", 3), floats("M", 3)], (g, a, b) => {
      const [n, m] = [a, b].map((value) => g.call("Shape", [value], { end: 1 }));
      return [
        g.call("Slice", [a, g.ints([0]), n]),
        g.call("Slice", [g.call("Concat", [a, b], { axis: 0 }), m, g.ints([2 ** 31])]),
      ];
    });
    expect(outputs.map(({ shape }) => shape)).toEqual([
      ["N", 3],
      ["N", 3],
    ]);
  });

  it.each<[string, number[], number[], number[], number[], string]>([
    ["a step of 0", [0], [1], [0], [0], "got step 0; expected a step that is not 0"],
    ["an axis that is not there", [0], [1], [2], [1], "got axis 2; expected an axis in [-2, 1]"],
    [
      "lists of unequal length",
      [0, 0],
      [1],
      [0, 1],
      [1, 1],
      "got 2 starts, 1 ends, 2 axes and 2 steps; expected as many of each",
    ],
    ["one axis twice", [0, 0], [1, 1], [0, -2], [1, 1], "got axes [0, -2]; expected each axis at most once"],
  ])("refuses %s", (_, starts, ends, axes, steps, message) => {
    expect(() =>
      buildGraph([floats(2, 3)], (g, v) =>
        g.call("Slice", [v, g.ints(starts), g.ints(ends), g.ints(axes), g.ints(steps)], {}, "node"),
      ),
    ).toThrow(`Slice (node): ${message}`);
  });

  it("wants bounds that are known while the graph is built", () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [1] } as const];
    expect(() => buildGraph(types, (g, v, at) => g.call("Slice", [v, at, g.ints([1])], {}, "node"))).toThrow(
      "Slice (node): got starts that are computed; expected constants",
    );
  });
});
