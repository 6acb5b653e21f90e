import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { elements, float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { forAll, shapes } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { naiveStandardize } from "../testing/naive-standardize.js";
import { distinctTensors, randomTensor } from "../testing/random-tensor.js";

const epsilon = 0.01;

/** A shape, an axis counted from either end, and whether there is a bias. */
const cases = shapes(1, 4).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.integer({ min: -shape.length, max: shape.length - 1 }),
    biased: fc.boolean(),
  }),
);

describe("LayerNormalization", () => {
  it("has the values of its definition over the last axes, and the statistics as further outputs", () =>
    forAll(cases, async ({ shape, axis, biased }) => {
      const at = axis < 0 ? axis + shape.length : axis;
      const size = elements(shape.slice(at));
      const x = randomTensor(shape, 1, { low: 3, high: 5 });
      const vectors = [randomTensor(shape.slice(at), 2), ...(biased ? [randomTensor(shape.slice(at), 3)] : [])];
      const [y, mean, rstd] = await compute([x, ...vectors], (g, ...all) =>
        g.callMany("LayerNormalization", all, { epsilon, axis }, 3),
      );
      const normal = naiveStandardize(x, epsilon, (i) => Math.floor(i / size));
      const entry = (value: number, i: number) =>
        value * Number(vectors[0]!.data[i % size]) + Number(vectors[1]?.data[i % size] ?? 0);
      expect(largestError(y!, float32(shape, normal.map(entry)))).toBeLessThan(1e-5);
      const rebuilt = toNumbers(x).map((value, i) => {
        const row = Math.floor(i / size);
        return (value - Number(mean!.data[row])) * Number(rstd!.data[row]);
      });
      expect(largestError(float32(shape, rebuilt), float32(shape, normal))).toBeLessThan(1e-5);
    }));

  it("has the gradients that finite differences give", () =>
    forAll(
      cases.filter(({ shape, axis }) => elements(shape.slice(axis)) > 1),
      ({ shape, axis, biased }) => {
        const vectors = [randomTensor(shape.slice(axis), 2), ...(biased ? [randomTensor(shape.slice(axis), 3)] : [])];
        return checkGradient([distinctTensors([shape], 1, { gap: 0.5 })[0]!, ...vectors], (g, ...all) =>
          g.call("LayerNormalization", all, { epsilon, axis }),
        );
      },
    ));

  it.each(["mean", "rstd", "all", "last two"] as const)("has the gradients of %s of its outputs", (which) =>
    forAll(
      cases.filter(({ shape, axis }) => elements(shape.slice(axis)) > 1),
      ({ shape, axis, biased }) => {
        const vectors = [randomTensor(shape.slice(axis), 2), ...(biased ? [randomTensor(shape.slice(axis), 3)] : [])];
        const inputs = [distinctTensors([shape], 1, { gap: 0.5 })[0]!, ...vectors];
        const build = (g: GraphBuilder, ...all: Value[]) => {
          const [y, mean, rstd] = g.callMany("LayerNormalization", all, { epsilon, axis }, 3) as [Value, Value, Value];
          const both = g.call("Add", [mean, g.call("Mul", [rstd, g.scalar(3)])]);
          return { mean, rstd, "last two": both, all: g.call("Add", [y, both]) }[which];
        };
        return checkGradient(inputs, build, which === "all" ? {} : { wanted: [0] });
      },
    ),
  );

  it("keeps a symbolic batch in every output", () => {
    const graph = buildGraph([floats("N", 7, 5), floats(5), floats(5)], (g, ...all) =>
      g.callMany("LayerNormalization", all, {}, 3),
    );
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([
      ["N", 7, 5],
      ["N", 7, 1],
      ["N", 7, 1],
    ]);
  });

  it("says which vector does not fit", () => {
    expect(() =>
      buildGraph([floats("N", 7, 5), floats(5), floats(2, 7, 5)], (g, ...all) =>
        g.call("LayerNormalization", all, {}, "node"),
      ),
    ).toThrow("LayerNormalization (node): got");
  });
});
