import { describe, expect, it } from "vitest";
import { type Window, windowToAttributes } from "../../ops/rules/window.js";
import { forAll } from "../../testing/for-all.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block, built, byEveryAlgorithm } from "./both-ways.test.helper.js";
import { convolutions, outputShape } from "./convolutions.test.helper.js";
import { inputGradients } from "./input-gradient.js";

const b = block ?? 16;

const square = (kernel: number, stride: number, pad: number, dilation = 1): Window => ({
  kernel: [kernel, kernel],
  strides: [stride, stride],
  dilations: [dilation, dilation],
  before: [pad, pad],
  after: [pad, pad],
});

/** Every algorithm for the gradient of a convolution of x with weights w. */
function byEvery(x: readonly number[], w: readonly number[], window: Window, group = 1, seed = 1) {
  const inputs = [randomTensor(outputShape(x, w, window), seed), randomTensor(w, seed + 1)];
  const attributes = { ...windowToAttributes(window), input_shape: x.slice(2), group };
  return byEveryAlgorithm(inputs, (g, dy, w) => g.call("ConvInputGradient", [dy, w], attributes));
}

describe.skipIf(block === undefined)("the algorithms of ConvInputGradient on channel blocks", () => {
  it.each([
    ["3×3", square(3, 1, 1), [6, 5], ["dense", "turned", "transposed"]],
    ["3×3 with dilation 2", square(3, 1, 2, 2), [6, 5], ["dense", "turned", "transposed"]],
    ["3×3 without padding", square(3, 1, 0), [6, 8], ["dense", "turned", "transposed"]],
    ["1×1", square(1, 1, 0), [5, 3], ["dense", "turned", "transposed"]],
    [
      "1×3",
      { ...square(3, 1, 1), kernel: [1, 3], before: [0, 1], after: [0, 1] },
      [4, 5],
      ["dense", "turned", "transposed"],
    ],
    ["3×3 with stride 2", square(3, 2, 1), [6, 8], ["by-parity", "inserted-zeros", "transposed"]],
    ["3×3 with stride 2, an odd size", square(3, 2, 1), [5, 7], ["by-parity", "inserted-zeros", "transposed"]],
    [
      "3×3, padded after alone, with stride 2",
      { ...square(3, 2, 0), after: [1, 1] },
      [6, 8],
      ["by-parity", "inserted-zeros", "transposed"],
    ],
    ["5×5 with stride 2", square(5, 2, 2), [8, 6], ["by-parity", "inserted-zeros", "transposed"]],
    ["7×7 with stride 3", square(7, 3, 3), [10, 7], ["by-parity", "inserted-zeros", "transposed"]],
    ["3×3 with stride 3", square(3, 3, 0), [6, 9], ["by-parity", "inserted-zeros", "transposed"]],
    ["2×2 with stride 2", square(2, 2, 0), [6, 4], ["by-parity", "inserted-zeros", "transposed"]],
    ["1×1 with stride 2", square(1, 2, 0), [6, 4], ["by-parity", "inserted-zeros", "transposed"]],
    ["1×1 with stride 2, an odd size", square(1, 2, 0), [5, 5], ["by-parity", "transposed"]],
    [
      "strides that differ",
      { ...square(3, 1, 1), strides: [1, 2] },
      [6, 6],
      ["by-parity", "inserted-zeros", "transposed"],
    ],
    ["a kernel with gaps and stride 2", square(3, 2, 2, 2), [8, 6], ["inserted-zeros", "transposed"]],
    ["more padding than the kernel reaches", square(2, 1, 2), [4, 4], ["transposed"]],
  ] as const)("all agree with the standard lowering: %s", async (_, window, size, names) => {
    const errors = await byEvery([3, 2 * b, ...size], [b, 2 * b, ...window.kernel], window);
    expect(Object.keys(errors)).toEqual(names);
    for (const error of Object.values(errors)) expect(error).toBeLessThan(2e-6);
  });

  it("agree for any window, in groups and depthwise too", async () => {
    const met = new Set<string>();
    await forAll(
      convolutions,
      async ({ n, outputs, size, seed, inputs: kind, ...window }) => {
        const [channels, group] = kind === 1 ? [outputs, outputs] : kind === 3 ? [outputs, b / 4] : [kind, 1];
        const errors = await byEvery(
          [n, channels, ...size],
          [outputs, channels / group, ...window.kernel],
          window,
          group,
          seed,
        );
        for (const [name, error] of Object.entries(errors)) {
          met.add(name);
          expect(error).toBeLessThan(5e-6);
        }
      },
      60,
    );
    expect(met).toContain("by-parity");
    expect(met).toContain("inserted-zeros");
    expect(met).toContain("dense");
  });

  it("take a map that is added along", async () => {
    for (const window of [square(3, 1, 1), square(3, 2, 1), square(1, 2, 0)]) {
      const [x, w] = [
        [2, b, 6, 6],
        [b, b, ...window.kernel],
      ];
      const inputs = [outputShape(x, w, window), w, x].map((shape, i) => randomTensor(shape, i));
      const attributes = { ...windowToAttributes(window), input_shape: [6, 6] };
      const { error } = await built(inputs, (g, dy, w, more) =>
        g.call("Add", [g.call("ConvInputGradient", [dy, w], attributes), g.call("Abs", [more])]),
      );
      expect(error).toBeLessThan(2e-6);
    }
  });

  it("take as little work as there is, or as few passes where a convolution is depthwise", () => {
    const names = (depthwise: boolean) =>
      inputGradients(square(3, 2, 1), { places: [4, 4], size: [8, 8], depthwise }).map(({ name }) => name);
    expect(names(false)).toEqual(["by-parity", "inserted-zeros"]);
    expect(names(true)).toEqual(["inserted-zeros", "by-parity"]);
  });
});
