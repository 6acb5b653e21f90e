import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { windowToAttributes } from "../../ops/rules/window.js";
import { compute } from "../../testing/build-graph.js";
import { extents, forAll } from "../../testing/for-all.js";
import { convCases, largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block } from "./both-ways.test.helper.js";
import { depthwiseWeightGradient } from "./depthwise.js";
import { Kernels } from "./kernels.js";

const b = block ?? 16;

describe.skipIf(block === undefined)("depthwiseWeightGradient", () => {
  it("agrees with the standard lowering for any window, with rows the stride never reaches", () =>
    forAll(
      fc.tuple(convCases, extents(2)),
      async ([{ x, w, y, attributes }, blocks]) => {
        const { strides, dilations, pads } = attributes;
        const c = blocks * b;
        const window = { kernel: w.slice(2), strides, dilations, before: pads.slice(0, 2), after: pads.slice(2) };
        const tensors = [randomTensor([x[0], c, ...x.slice(2)], 1), randomTensor([x[0], c, ...y.slice(2)], 2)];
        const [actual, expected] = await compute(tensors, (g, p, dy) => {
          const k = new Kernels(g, b);
          const standard = { ...windowToAttributes(window), group: c };
          return [
            depthwiseWeightGradient(k, k.toBlocks(p!), k.toBlocks(dy!), window),
            g.call("ConvWeightGradient", [p, dy], standard),
          ];
        });
        expect(actual!.shape).toEqual([c, 1, ...w.slice(2)]);
        expect(largestError(actual!, expected!)).toBeLessThan(2e-5);
      },
      40,
    ));
});
