import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Window, windowToAttributes } from "../../ops/window.js";
import { buildGraph, compute, floats } from "../../testing/build-graph.js";
import { extents, forAll, seeds } from "../../testing/for-all.js";
import { largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block } from "./both-ways.test.helper.js";
import { Kernels } from "./kernels.js";

const b = block ?? 16;

/** A feature map of one or two blocks of channels, any number of images, any size. */
const maps = fc.record({ n: extents(3), c: fc.constantFrom(b, 2 * b), h: extents(7), w: extents(7), seed: seeds });

/** The largest difference of two values that `build` writes over inputs. */
async function difference(
  inputs: readonly Tensor[],
  build: (k: Kernels, ...inputs: Value[]) => readonly [actual: Value, expected: Value],
): Promise<number> {
  const results = await compute(inputs, (g, ...values) => {
    const [actual, expected] = build(new Kernels(g, b), ...values);
    return [g.call("Identity", [actual], {}, "actual"), g.call("Identity", [expected], {}, "expected")];
  });
  return largestError(results[0]!, results[1]!);
}

describe.skipIf(block === undefined)("passes over a map", () => {
  it("store it in blocks and plainly again, to the last bit", () =>
    forAll(maps, async ({ n, c, h, w, seed }) => {
      const error = await difference([randomTensor([n, c, h, w], seed)], (k, x) => [k.toPlain(k.toBlocks(x)), x]);
      expect(error).toBe(0);
    }));

  it("scale, shift, add and cut off at 0, with numbers of each image's own or shared by all", () => {
    const options = fc.record({ shift: fc.boolean(), sum: fc.boolean(), relu: fc.boolean(), shared: fc.boolean() });
    return forAll(fc.tuple(maps, options), async ([{ n, c, h, w, seed }, { shift, sum, relu, shared }]) => {
      const vector = [shared ? 1 : n, c];
      const inputs = [[n, c, h, w], vector, vector, [n, c, h, w]].map((shape, i) => randomTensor(shape, seed + i));
      const error = await difference(inputs, (k, x, scale, by, more) => {
        const { g } = k;
        const column = (v: Value) => g.call("Reshape", [v, g.ints([vector[0]!, c, 1, 1])]);
        const given = { ...(shift && { shift: by! }), ...(sum && { sum: k.toBlocks(more!) }), relu };
        let y = g.call("Mul", [x!, column(scale!)]);
        if (shift) y = g.call("Add", [y, column(by!)]);
        if (sum) y = g.call("Add", [y, more!]);
        return [k.toPlain(k.affine(k.toBlocks(x!), scale!, given)), relu ? g.call("Relu", [y]) : y];
      });
      expect(error).toBeLessThan(1e-6);
    });
  });

  it("sum up a map, and the products of two, for every image and channel", () =>
    forAll(maps, async ({ n, c, h, w, seed }) => {
      const inputs = [randomTensor([n, c, h, w], seed, { low: 0 }), randomTensor([n, c, h, w], seed + 1, { low: 0 })];
      const axes = [2, 3];
      const total = await difference(inputs, (k, x) => [
        k.sum(k.toBlocks(x!)),
        k.g.call("ReduceSum", [x!, k.g.ints(axes)], { keepdims: 0 }),
      ]);
      const products = await difference(inputs, (k, x, y) => [
        k.dot(k.toBlocks(x!), k.toBlocks(y!)),
        k.g.call("ReduceSum", [k.g.call("Mul", [x!, y!]), k.g.ints(axes)], { keepdims: 0 }),
      ]);
      expect([total < 1e-6, products < 1e-6]).toEqual([true, true]);
    }));

  it("fill a map with one number for every image and channel", () =>
    forAll(maps, async ({ n, c, h, w, seed }) => {
      const error = await difference([randomTensor([n, c], seed)], (k, v) => [
        k.toPlain(k.fill(v, [n, c, h, w])),
        k.g.call("Expand", [k.g.call("Reshape", [v, k.g.ints([n, c, 1, 1])]), k.g.ints([n, c, h, w])]),
      ]);
      expect(error).toBe(0);
    }));
});

/** A convolution whose channels fit the layout: `inputs` fill blocks, or are fewer than one. */
const convolutions = fc
  .record({
    n: extents(2),
    inputs: fc.constantFrom(1, 3, b, 2 * b),
    outputs: fc.constantFrom(b, 2 * b),
    size: fc.tuple(extents(9), extents(9)),
    kernel: fc.tuple(extents(4), extents(4)),
    strides: fc.tuple(extents(3), extents(3)),
    dilations: fc.tuple(extents(2), extents(2)),
    before: fc.tuple(fc.nat(2), fc.nat(2)),
    after: fc.tuple(fc.nat(2), fc.nat(2)),
    seed: seeds,
  })
  .filter(({ size, kernel, dilations, before, after }) =>
    [0, 1].every((i) => size[i]! + before[i]! + after[i]! >= (kernel[i]! - 1) * dilations[i]! + 1),
  );

describe.skipIf(block === undefined)("convolve", () => {
  it("gives what Conv gives, with a bias and a sum that come for free", () => {
    const options = fc.record({ bias: fc.boolean(), sum: fc.boolean() });
    return forAll(
      fc.tuple(convolutions, options),
      async ([{ n, inputs, outputs, size, seed, ...window }, { bias, sum }]) => {
        const shapes = [
          [n, inputs, ...size],
          [outputs, inputs, ...window.kernel],
        ];
        const y = outputShape(shapes[0]!, shapes[1]!, window);
        const tensors = [...shapes, [1, outputs], y].map((shape, i) => randomTensor(shape, seed + i));
        const error = await difference(tensors, (k, x, w, shift, more) => {
          const { g } = k;
          const extra = { ...(bias && { bias: shift! }), ...(sum && { sum: k.toBlocks(more!) }) };
          const expected = [g.call("Conv", [x!, w!], windowToAttributes(window))];
          if (bias) expected.push(g.call("Reshape", [shift!, g.ints([1, outputs, 1, 1])]));
          if (sum) expected.push(more!);
          const stored = inputs < b ? x! : k.toBlocks(x!);
          return [
            k.toPlain(k.convolve(stored, w!, window, extra)),
            expected.reduce((all, term) => g.call("Add", [all, term])),
          ];
        });
        expect(error).toBeLessThan(2e-6);
      },
      40,
    );
  });
});

describe.skipIf(block === undefined)("weightGradient", () => {
  it("agrees with the standard lowering for any window, few or many channels, with rows the stride never reaches", () =>
    forAll(
      convolutions,
      async ({ inputs, outputs, size, seed, ...window }) => {
        const x = [b, inputs, ...size];
        const y = outputShape(x, [outputs, inputs, ...window.kernel], window);
        const error = await difference([randomTensor(x, seed), randomTensor(y, seed + 1)], (k, x, dy) => [
          k.weightGradient(x!, k.toBlocks(dy!), window),
          k.g.call("ConvWeightGradient", [x!, dy!], windowToAttributes(window)),
        ]);
        expect(error).toBeLessThan(2e-5);
      },
      40,
    ));

  it("takes one group per image where channels times taps are few, and images as channels where they are many", () => {
    const window = { kernel: [3, 3], strides: [1, 1], dilations: [1, 1], before: [1, 1], after: [1, 1] };
    const groups = (inputs: number, size: number) => {
      const graph = buildGraph([floats(2 * b, inputs, size, size), floats(2 * b, b, size, size)], (g, x, dy) => {
        const k = new Kernels(g, b);
        return k.weightGradient(x!, k.toBlocks(dy!), window);
      });
      return graph.nodes.filter(({ op }) => op === "NchwcConv").map(({ attributes }) => attributes.group);
    };
    expect(groups(3, 8)).toEqual([{ int: 2 * b }]); // 27 ≤ 2·64
    expect(groups(2 * b, 8)).toEqual([{ int: 1 }]);
  });
});

describe.skipIf(block === undefined)("inputGradient", () => {
  const square = (kernel: number, stride: number, pad: number, dilation = 1): Window => ({
    kernel: [kernel, kernel],
    strides: [stride, stride],
    dilations: [dilation, dilation],
    before: [pad, pad],
    after: [pad, pad],
  });

  it.each([
    ["3×3", square(3, 1, 1), [6, 5]],
    ["3×3 with stride 2", square(3, 2, 1), [6, 8]],
    ["3×3 with dilation 2", square(3, 1, 2, 2), [6, 5]],
    ["1×1", square(1, 1, 0), [5, 3]],
    ["1×1 with stride 2", square(1, 2, 0), [6, 4]],
    ["2×2 with stride 2", square(2, 2, 0), [6, 4]],
    ["5×5 with stride 2", square(5, 2, 2), [8, 6]],
    ["3×3 with stride 3", square(3, 3, 0), [6, 9]],
    ["3×3, padded after alone, with stride 2", { ...square(3, 2, 0), after: [1, 1] }, [6, 8]],
    ["1×3", { ...square(3, 1, 1), kernel: [1, 3], before: [0, 1], after: [0, 1] }, [4, 5]],
  ] as const)("of %s agrees with the standard lowering, alone and with a map added", async (_, window, size) => {
    const [x, w] = [
      [3, 2 * b, ...size],
      [b, 2 * b, ...window.kernel],
    ];
    const tensors = [outputShape(x, w, window), w, x].map((shape, i) => randomTensor(shape, i));
    const build = (withSum: boolean) =>
      difference(tensors, (k, dy, w, more) => {
        const { g } = k;
        const attributes = { ...windowToAttributes(window), input_shape: size };
        const expected = g.call("ConvInputGradient", [dy!, w!], attributes);
        const dx = k.inputGradient(k.toBlocks(dy!), w!, window, size, withSum ? { sum: k.toBlocks(more!) } : {});
        return [k.toPlain(dx!), withSum ? g.call("Add", [expected, more!]) : expected];
      });
    expect(await build(false)).toBeLessThan(2e-6);
    expect(await build(true)).toBeLessThan(2e-6);
  });

  it.each([
    ["an odd size with stride 2", square(3, 2, 1), [3, 3], [5, 5]],
    ["an odd number of rows with stride 2", square(3, 2, 1), [3, 3], [5, 6]],
    ["an odd number of columns with stride 2", square(3, 2, 1), [3, 3], [6, 5]],
    ["an odd size with stride 2 and a 1×1 kernel", square(1, 2, 0), [3, 3], [5, 5]],
    ["a size that is not kept", square(3, 1, 0), [4, 6], [6, 8]],
    ["strides that differ", { ...square(3, 1, 1), strides: [1, 2] }, [6, 3], [6, 6]],
  ] as const)("has no way for %s", (_, window, dySize, xSize) => {
    const found: unknown[] = [];
    buildGraph([floats(1, b, ...dySize), floats(b, b, ...window.kernel)], (g, dy, w) => {
      const k = new Kernels(g, b);
      found.push(k.inputGradient(k.toBlocks(dy!), w!, window, xSize));
      return dy!;
    });
    expect(found).toEqual([undefined]);
  });
});

/** [N, O, H', W'] of a convolution of x [N, I, H, W] with w [O, I, kH, kW]. */
function outputShape(x: readonly number[], w: readonly number[], window: Window): number[] {
  const { kernel, strides, dilations, before, after } = window;
  const slid = [0, 1].map((i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.floor((x[i + 2]! + before[i]! + after[i]! - reach) / strides[i]!) + 1;
  });
  return [x[0]!, w[0]!, ...slid];
}
