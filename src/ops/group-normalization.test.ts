import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import { elements, float32, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { extents, forAll } from "../testing/for-all.js";
import { largestError } from "../testing/naive-conv.js";
import { naiveStandardize, scaledPerChannel } from "../testing/naive-standardize.js";
import { distinctTensors, randomTensor } from "../testing/random-tensor.js";
import { upgraded } from "../testing/upgraded.js";

const epsilon = 0.01;

const cases = fc
  .record({
    n: extents(3),
    groups: extents(3),
    perGroup: extents(3),
    map: fc.array(extents(4), { minLength: 1, maxLength: 3 }),
  })
  .map(({ n, groups, perGroup, map }) => ({ shape: [n, groups * perGroup, ...map], num_groups: groups }));

describe("GroupNormalization", () => {
  it("has the values of its definition, also when the mean is large", () =>
    forAll(cases, async ({ shape, num_groups }) => {
      const x = randomTensor(shape, 1, { low: 3, high: 5 });
      const [scale, bias] = [randomTensor([shape[1]!], 2), randomTensor([shape[1]!], 3)];
      const [y] = await compute([x, scale, bias], (g, ...all) =>
        g.call("GroupNormalization", all, { epsilon, num_groups }),
      );
      const size = elements(shape.slice(1)) / num_groups;
      const normal = naiveStandardize(x, epsilon, (i) => Math.floor(i / size));
      expect(largestError(y!, scaledPerChannel(x, normal, scale, bias))).toBeLessThan(1e-5);
    }));

  it("has the gradients that finite differences give", () =>
    forAll(
      cases.filter(({ shape, num_groups }) => elements(shape.slice(1)) > num_groups),
      ({ shape, num_groups }) =>
        checkGradient(
          [distinctTensors([shape], 1, { gap: 0.5 })[0]!, randomTensor([shape[1]!], 2), randomTensor([shape[1]!], 3)],
          (g, ...all) => g.call("GroupNormalization", all, { epsilon, num_groups }),
        ),
    ));

  it("reads the form of opsets 18 to 20, one scale and bias per group, gradients too", async () => {
    const build = (g: GraphBuilder, ...names: string[]) =>
      upgraded(g, { op: "GroupNormalization", inputs: names, attributes: { num_groups: { int: 2 } } }, 20);
    const inputs = [distinctTensors([[2, 6, 3]], 1)[0]!, float32([2], [0.5, -2]), float32([2], [1, 3])];
    const repeated = (v: number[]) =>
      float32(
        [6],
        v.flatMap((value) => [value, value, value]),
      );
    const [old] = await compute(inputs, (g, ...all) => build(g, ...all.map(({ name }) => name)));
    const [now] = await compute([inputs[0]!, repeated([0.5, -2]), repeated([1, 3])], (g, ...all) =>
      g.call("GroupNormalization", all, { num_groups: 2 }),
    );
    expect(toNumbers(old!)).toEqual(toNumbers(now!));
    await checkGradient(inputs, (g, ...all) => build(g, ...all.map(({ name }) => name)));
  });

  it("keeps a symbolic batch, and says what does not fit", () => {
    const build = (x: (number | string)[], num_groups: number | undefined) =>
      buildGraph([floats(...x), floats(6), floats(6)], (g, ...all) =>
        g.call("GroupNormalization", all, { num_groups }, "node"),
      );
    expect(build(["N", 6, 5, 7], 2).outputs[0]!.shape).toEqual(["N", 6, 5, 7]);
    for (const groups of [undefined, 0, 4]) {
      expect(() => build(["N", 6, 5, 7], groups)).toThrow(
        `GroupNormalization (node): got x [N, 6, 5, 7], num_groups ${groups}; expected x [N, C, H, W] with a number of groups that divides C`,
      );
    }
  });
});
