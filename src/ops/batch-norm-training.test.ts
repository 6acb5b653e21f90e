import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float32, type Tensor } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { naiveBatchNorm } from "../testing/naive-batch-norm.js";
import { largestError } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";

/** x [N, C, ..] of two to five axes and any extents, odd ones too, with at least four values per channel. */
const shapes = fc
  .tuple(extents(5), extents(4), fc.array(extents(5), { maxLength: 3 }))
  .map(([n, channels, inner]) => [n, channels, ...inner])
  .filter(([n, , ...inner]) => inner.reduce((product, size) => product * size, n!) >= 4);

function run(x: Tensor, epsilon = 1e-5, momentum = 0.1) {
  const c = [x.shape[1]!];
  const inputs = [x, randomTensor(c, 2), randomTensor(c, 3), randomTensor(c, 4), randomTensor(c, 5)] as const;
  return compute(inputs, (g, ...values) => g.callMany("BatchNormTraining", values, { epsilon, momentum }, 5));
}

describe("BatchNormTraining", () => {
  it("normalises with the batch's statistics and moves the running ones, by hand", async () => {
    const inputs = [
      float32([2, 1, 1, 2], [1, 2, 3, 6]), // mean 3, variance 3.5, unbiased 14/3
      float32([1], [2]),
      float32([1], [10]),
      float32([1], [100]),
      float32([1], [1000]),
    ];
    const [y, runningMean, runningVariance, mean, rstd] = await compute(inputs, (g, ...values) =>
      g.callMany("BatchNormTraining", values, { epsilon: 0.5, momentum: 0.1 }, 5),
    );
    for (const [i, expected] of [8, 9, 10, 13].entries()) expect(y!.data[i]).toBeCloseTo(expected, 5);
    expect(runningMean!.data[0]).toBeCloseTo(90 + 0.3, 4);
    expect(runningVariance!.data[0]).toBeCloseTo(900 + 0.1 * (14 / 3), 3);
    expect([mean!.data[0], rstd!.data[0]]).toEqual([3, 0.5]);
  });

  it("agrees with the definition for any shape", () =>
    forAll(shapes, async (shape) => {
      const x = randomTensor(shape, 1, { low: -1, high: 3 });
      const [y, , , mean, rstd] = await run(x);
      const c = [shape[1]!];
      const expected = naiveBatchNorm(x, randomTensor(c, 2), randomTensor(c, 3), 1e-5);
      expect(largestError(y!, expected.y)).toBeLessThan(1e-4);
      expect(largestError(mean!, float32(c, expected.mean))).toBeLessThan(1e-5);
      const spread = expected.variance.map((variance) => 1 / Math.sqrt(variance + 1e-5));
      expect(largestError(rstd!, float32(c, spread))).toBeLessThan(1e-4);
    }));

  it("keeps the variance of values far from 0: mean 1000, deviation 1", async () => {
    const noise = randomTensor([16, 3, 9, 7], 1, { low: -Math.sqrt(3), high: Math.sqrt(3) });
    const x = float32(
      noise.shape,
      noise.data.map((value) => 1000 + value),
    );
    const [y, , runningVariance, , rstd] = await run(x, 1e-5, 1);
    const expected = naiveBatchNorm(x, randomTensor([3], 2), randomTensor([3], 3), 1e-5);
    const count = 16 * 9 * 7;
    const unbiased = expected.variance.map((variance) => (variance * count) / (count - 1));
    expect(largestError(runningVariance!, float32([3], unbiased))).toBeLessThan(1e-5);
    const spread = expected.variance.map((variance) => 1 / Math.sqrt(variance + 1e-5));
    expect(largestError(rstd!, float32([3], spread))).toBeLessThan(1e-5);
    expect(largestError(y!, expected.y)).toBeLessThan(2e-4); // x itself has no more digits than that
  });

  it("has the gradient that finite differences give for x, scale and bias", () =>
    forAll(shapes, (shape) => {
      const c = [shape[1]!];
      const inputs = [
        randomTensor(shape, 1),
        randomTensor(c, 2),
        randomTensor(c, 3),
        randomTensor(c, 4),
        randomTensor(c, 5),
      ];
      return checkGradient(
        inputs,
        // ε of 1 keeps the function smooth where a few values happen to lie close together.
        (g, ...values) => g.callMany("BatchNormTraining", values, { epsilon: 1 }, 5)[0]!,
        { wanted: [0, 1, 2] },
      );
    }));

  it("refuses one value per channel, which has no variance", () => {
    const types = [floats(1, 3, 1, 1), floats(3), floats(3), floats(3), floats(3)];
    expect(() => buildGraph(types, (g, ...values) => g.callMany("BatchNormTraining", values, {}, 5, "node"))).toThrow(
      "BatchNormTraining (node): got one value per channel; expected at least two to take a variance of; train with a larger batch or input",
    );
  });
});
