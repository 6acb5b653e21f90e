import { describe, expect, it } from "vitest";
import { elements, float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { computeGradients } from "../testing/compute-gradients.js";
import { forAll, shapes } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { naiveStandardize, scaledPerChannel } from "../testing/naive-standardize.js";
import { distinctTensors, randomTensor } from "../testing/random-tensor.js";

const epsilon = 0.01;

describe("InstanceNormalization", () => {
  it("has the values of its definition for maps of one to three axes, also when the mean is large", () =>
    forAll(shapes(3, 5), async (shape) => {
      const channels = [shape[1]!];
      const x = randomTensor(shape, 1, { low: 3, high: 5 });
      const [scale, bias] = [randomTensor(channels, 2), randomTensor(channels, 3)];
      const [y] = await compute([x, scale, bias], (g, ...all) => g.call("InstanceNormalization", all, { epsilon }));
      const normal = naiveStandardize(x, epsilon, (i) => Math.floor(i / elements(shape.slice(2))));
      expect(largestError(y!, scaledPerChannel(x, normal, scale, bias))).toBeLessThan(1e-5);
    }));

  it("has the gradients that finite differences give", () =>
    forAll(
      shapes(3, 5).filter((shape) => elements(shape.slice(2)) > 1),
      (shape) =>
        checkGradient(
          [distinctTensors([shape], 1, { gap: 0.5 })[0]!, randomTensor([shape[1]!], 2), randomTensor([shape[1]!], 3)],
          (g, ...all) => g.call("InstanceNormalization", all, { epsilon }),
        ),
    ));

  it("gives the bias with gradient 0 for maps of one element", async () => {
    const feeds = [float32([1, 2, 1], [7, -5]), float32([2], [2, 3]), float32([2], [4, 6])];
    const { y, gradients } = await computeGradients(feeds, float32([1, 2, 1], [10, 20]), (g, ...all) =>
      g.call("InstanceNormalization", all),
    );
    expect([y, ...gradients].map(toNumbers)).toEqual([
      [4, 6],
      [0, 0],
      [0, 0],
      [10, 20],
    ]);
  });

  it("keeps a symbolic batch, and says what does not fit", () => {
    const build = (x: (number | string)[], channels: number) =>
      buildGraph([floats(...x), floats(channels), floats(channels)], (g, ...all) =>
        g.call("InstanceNormalization", all, {}, "node"),
      );
    expect(build(["N", 3, 5, 7], 3).outputs[0]!.shape).toEqual(["N", 3, 5, 7]);
    expect(() => build(["N", 3, 5, 7], 4)).toThrow(
      "InstanceNormalization (node): got x [N, 3, 5, 7], scale [4]; expected scale [3], one entry per channel",
    );
    expect(() => build([2, 3], 3)).toThrow("InstanceNormalization (node): got x [2, 3]; expected x [N, C, H, W]");
  });
});
