import { describe, expect, it } from "vitest";
import { GraphBuilder } from "../graph/builder.js";
import { elements, float32, int64, toNumbers, zeros } from "../graph/tensor.js";
import { lower } from "../lower/lower.js";
import { differentiate } from "../step/differentiate.js";
import { RandomBits } from "../step/random-bits.js";
import { trainMode } from "../step/train-mode.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { broadcastLists, forAll } from "../testing/for-all.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";

describe("Mean", () => {
  it("averages any number of operands with broadcasting, by hand", async () => {
    const feeds = [float32([2, 2], [1, 2, 3, 4]), float32([2], [10, 20]), float32([], [100])];
    const results = await compute(feeds, (g, a, b, c) => [g.call("Mean", [a]), g.call("Mean", [a, b, c])]);
    expect(toNumbers(results[0]!)).toEqual([1, 2, 3, 4]);
    for (const [i, sum] of [111, 122, 113, 124].entries()) expect(results[1]!.data[i]).toBeCloseTo(sum / 3, 4);
  });

  it("has the gradient that finite differences give, of one to four operands, however they are stretched", () =>
    forAll(broadcastLists(), (shapes) =>
      checkGradient(
        shapes.map((shape, i) => randomTensor(shape, i)),
        (g, ...all) => g.call("Mean", all),
      ),
    ));

  it("keeps a symbolic batch, and says which shapes do not fit", () => {
    const shape = (...types: (number | string)[][]) =>
      buildGraph(
        types.map((dims) => floats(...dims)),
        (g, ...all) => g.call("Mean", all, {}, "node"),
      ).outputs[0]!.shape;
    expect(shape(["N", 1], [3], [1, 1])).toEqual(["N", 3]);
    expect(() => shape([2], [3])).toThrow(
      "Mean (node): got [2] and [3]; expected shapes that broadcast (equal extents, or 1), aligned at the last axis",
    );
  });

  describe("called shake, while training", () => {
    /** a and b are 0 and 1 everywhere: y is 1 − α, ∂Σy/∂a is β, ∂Σy/∂b is 1 − β. */
    async function trained(name: string, seed: number, options: { mode?: "eval" } = {}) {
      const model = buildGraph([floats(64, 2, 3, 3), floats(64, 2, 3, 3)], (g, a, b) =>
        g.call("Mean", [a, b], {}, name),
      );
      const g = new GraphBuilder("training");
      const bits = new RandomBits(g);
      const { values } = trainMode(g, model, 64, { random: bits.draw, ...options });
      const y = g.output(values.get(model.outputs[0]!.name)!, "y");
      const loss = g.call("ReduceSum", [y], { keepdims: 0 });
      const [da, db] = differentiate(g, loss, [values.get("x0")!, values.get("x1")!]);
      g.output(g.call("Identity", [da!], {}, "da"));
      g.output(g.call("Identity", [db!], {}, "db"));
      const feeds = { x0: zeros("float32", [64, 2, 3, 3]), x1: ones([64, 2, 3, 3]), random: int64([2], [seed, 0]) };
      const results = await runGraph(lower(g.build()), feeds);
      return Object.fromEntries(Object.entries(results).map(([key, tensor]) => [key, toNumbers(tensor)]));
    }

    it("adds random shares, one for every image, and shares the gradient by others", async () => {
      const { y, da, db } = await trained("layer1.0.shake", 1);
      const perImage = (values: number[]) => Array.from({ length: 64 }, (_, n) => values[18 * n]!);
      expect(y).toEqual(perImage(y!).flatMap((share) => Array<number>(18).fill(share)));
      for (const shares of [perImage(y!), perImage(da!)]) {
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...shares)).toBeLessThanOrEqual(1);
        expect(new Set(shares).size).toBe(64);
        // 64 uniform numbers: the mean is within 4 standard errors of ½
        expect(Math.abs(shares.reduce((sum, share) => sum + share) / 64 - 0.5)).toBeLessThan(
          (4 * Math.sqrt(1 / 12)) / 8,
        );
      }
      for (const [i, share] of da!.entries()) expect(db![i]).toBeCloseTo(1 - share, 6);
      const alpha = perImage(y!).map((share) => 1 - share);
      expect(alpha).not.toEqual(perImage(da!));
    });

    it("draws others with another seed, and the same with the same", async () => {
      const [first, again, other] = [await trained("shake", 1), await trained("shake", 1), await trained("shake", 2)];
      expect(again).toEqual(first);
      expect(other.y).not.toEqual(first.y);
    });

    it("is the mean in eval mode, and under any other name", async () => {
      for (const { y, da } of [await trained("shake", 1, { mode: "eval" }), await trained("milkshake", 1)]) {
        expect(new Set([...y!, ...da!])).toEqual(new Set([0.5]));
      }
    });
  });
});

function ones(shape: readonly number[]) {
  return float32(shape, new Float32Array(elements(shape)).fill(1));
}
