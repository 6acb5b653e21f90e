import { describe, expect, it } from "vitest";
import { type Window, windowToAttributes } from "../../ops/rules/window.js";
import { buildGraph, floats } from "../../testing/build-graph.js";
import { forAll } from "../../testing/for-all.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { lower } from "../lower.js";
import { block, byEveryAlgorithm } from "./both-ways.test.helper.js";
import { convolutions, outputShape } from "./convolutions.test.helper.js";

const b = block ?? 16;

/** Every algorithm for the gradient of the weights w of a convolution of x. */
function byEvery(x: readonly number[], w: readonly number[], window: Window, group = 1, seed = 1) {
  const inputs = [randomTensor(x, seed), randomTensor(outputShape(x, w, window), seed + 1)];
  const attributes = { ...windowToAttributes(window), group };
  return byEveryAlgorithm(inputs, (g, x, dy) => g.call("ConvWeightGradient", [x, dy], attributes));
}

describe.skipIf(block === undefined)("the algorithms of ConvWeightGradient on channel blocks", () => {
  it.each([b, 3, b + 4])(
    "agree with the standard lowering for any window, few or many channels, groups; %s images",
    async (n) => {
      const met = new Set<string>();
      await forAll(
        convolutions,
        async ({ inputs, outputs, size, seed, n: kind, ...window }) => {
          const [channels, group] = kind === 1 ? [inputs, 1] : inputs === 1 ? [outputs, outputs] : [outputs, b / 4];
          const errors = await byEvery(
            [n, channels, ...size],
            [outputs, channels / group, ...window.kernel],
            window,
            group,
            seed,
          );
          for (const [name, error] of Object.entries(errors)) {
            met.add(name);
            expect(error).toBeLessThan(2e-5);
          }
        },
        60,
      );
      const [taps, groups] = [met.has("taps"), met.has("images-as-groups")];
      expect([taps, groups, met.has("images-as-channels")]).toEqual([true, true, n >= b]);
    },
  );

  it("agree where the groups of all images fill no block", async () => {
    const window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], before: [1, 1], after: [1, 1] };
    const errors = await byEvery([3, 8 * b, 5, 4], [8 * b, b / 4, 3, 3], window, 32);
    expect(Object.keys(errors)[0]).toBe("groups-of-images");
    for (const error of Object.values(errors)) expect(error).toBeLessThan(2e-5);
  });

  it("take one group per image where channels times taps are few, and images as channels where they are many", () => {
    const first = (n: number, inputs: number, size: number) => {
      const pads = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
      const graph = buildGraph([floats(n, inputs, size, size), floats(n, b, size, size)], (g, x, dy) =>
        g.call("ConvWeightGradient", [x, dy], pads),
      );
      let among: readonly string[] = [];
      lower(graph, {
        channelBlock: b,
        choose: (_, names) => {
          among = names;
          return undefined;
        },
      });
      return among[0];
    };
    expect(first(2 * b, 3, 8)).toBe("images-as-groups"); // 27 ≤ 2·64
    expect(first(2 * b, 2 * b, 8)).toBe("images-as-channels");
    expect(first(b / 2, 2 * b, 8)).toBe("images-as-groups"); // images that fill no block
  });
});
