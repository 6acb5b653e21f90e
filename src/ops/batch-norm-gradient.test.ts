import { describe, expect, it } from "vitest";
import { float32, type Tensor } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { naiveBatchNorm } from "../testing/naive-batch-norm.js";
import { largestError } from "../testing/naive-conv.js";
import { randomTensor } from "../testing/random-tensor.js";

const epsilon = 1e-5;

/** The largest errors of dx, dscale and dbias against the definition. */
async function errors(x: Tensor): Promise<number[]> {
  const c = [x.shape[1]!];
  const [dy, scale] = [randomTensor(x.shape, 2), randomTensor(c, 3)];
  const naive = naiveBatchNorm(x, scale, float32(c, Array(c[0]!).fill(0)), epsilon);
  const rstd = naive.variance.map((variance) => 1 / Math.sqrt(variance + epsilon));
  const inputs = [dy, x, scale, float32(c, naive.mean), float32(c, rstd)];
  const [dx, dscale, dbias] = await compute(inputs, (g, ...values) => g.callMany("BatchNormGradient", values, {}, 3));
  const expected = naive.gradient(dy);
  return [
    largestError(dx!, expected.dx),
    largestError(dscale!, float32(c, expected.dscale)),
    largestError(dbias!, float32(c, expected.dbias)),
  ];
}

describe("BatchNormGradient", () => {
  it.each([[[8, 3, 5, 7]], [[5, 1, 1, 1]], [[2, 4, 9, 1]], [[7, 5]], [[3, 2, 6]], [[2, 3, 2, 3, 4]]])(
    "agrees with the definition for %j",
    async (shape) => {
      for (const error of await errors(randomTensor(shape, 1))) expect(error).toBeLessThan(2e-5);
    },
  );

  it("bears values far from 0: mean 100, deviation 1", async () => {
    const noise = randomTensor([16, 3, 9, 7], 1, { low: -Math.sqrt(3), high: Math.sqrt(3) });
    const far = float32(
      noise.shape,
      noise.data.map((value) => 100 + value),
    );
    for (const error of await errors(far)) expect(error).toBeLessThan(3e-5);
  });

  it("has no second derivative, and the error says so", async () => {
    const shapes = [[2, 2, 2, 2], [2, 2, 2, 2], [2], [2], [2]];
    const gradient = checkGradient(
      shapes.map((shape, i) => randomTensor(shape, i)),
      (g, ...values) => g.callMany("BatchNormGradient", values, {}, 3, "node")[0]!,
    );
    await expect(gradient).rejects.toThrow(
      "BatchNormGradient (node) has no gradient: second derivatives are not built",
    );
  });
});
