import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import { windowToAttributes } from "../../ops/rules/window.js";
import { compute } from "../../testing/build-graph.js";
import { extents, forAll, seeds } from "../../testing/for-all.js";
import { largestError } from "../../testing/naive-conv.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block } from "./both-ways.test.helper.js";
import { convolutions, outputShape } from "./convolutions.test.helper.js";
import { convolve } from "./filters.js";
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
            k.toPlain(convolve(k, stored, w!, window, extra)),
            expected.reduce((all, term) => g.call("Add", [all, term])),
          ];
        });
        expect(error).toBeLessThan(2e-6);
      },
      40,
    );
  });
});
