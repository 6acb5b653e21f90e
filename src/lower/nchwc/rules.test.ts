import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { float32, type Tensor } from "../../graph/tensor.js";
import { differentiate } from "../../step/differentiate.js";
import { forAll, seeds } from "../../testing/for-all.js";
import { naiveBatchNorm } from "../../testing/naive-batch-norm.js";
import { convCases, largestError, otherConvCases } from "../../testing/naive-conv.js";
import { awayFromZero, randomTensor } from "../../testing/random-tensor.js";
import { block, built, count } from "./both-ways.test.helper.js";

const b = block ?? 16;
const same3 = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

/** Random tensors of the given shapes. */
const random = (...shapes: number[][]) => shapes.map((shape, i) => randomTensor(shape, i + 1));

/** A convolution that keeps size and channels: its result is a map the rules know. */
const conv = (g: GraphBuilder, x: Value | undefined, w: Value | undefined) => g.call("Conv", [x, w], same3);
const x = [2, b, 6, 5];
const w = [b, b, 3, 3];

describe.skipIf(block === undefined)("Conv", () => {
  it.each([
    ["channels that fill blocks", [2, 2 * b, 7, 5], [b, 2 * b, 3, 3], {}, 1],
    ["one channel in", [2, 1, 7, 5], [b, 1, 3, 3], {}, 1],
    ["three channels in, stride 2", [2, 3, 7, 5], [b, 3, 3, 3], { strides: [2, 2] }, 1],
    ["dilation", [2, b, 7, 5], [b, b, 3, 3], { dilations: [2, 1] }, 1],
    ["1×1", [2, b, 7, 5], [b, b, 1, 1], { kernel_shape: [1, 1], pads: [0, 0, 0, 0], strides: [2, 2] }, 1],
    ["SAME padding", [2, b, 7, 5], [b, b, 2, 2], { kernel_shape: [2, 2], auto_pad: "SAME_UPPER", pads: undefined }, 1],
    ["outputs that do not fill blocks", [2, b, 7, 5], [b + 1, b, 3, 3], {}, 0],
    ["inputs that are more than a block but do not fill two", [2, b + 1, 7, 5], [b, b + 1, 3, 3], {}, 0],
    ["groups that share a block", [2, b, 7, 5], [b, 2, 3, 3], { group: b / 2 }, 1],
    ["groups that fill blocks", [2, 2 * b, 7, 5], [4 * b, b, 3, 3], { group: 2 }, 1],
    ["groups that do neither", [2, 2 * b, 7, 5], [b, 2, 3, 3], { group: b }, 0],
    ["a group for every channel", [2, 2 * b, 7, 5], [2 * b, 1, 3, 3], { group: 2 * b, strides: [2, 1] }, 1],
    ["a group for every channel that gives two", [2, b, 7, 5], [2 * b, 1, 3, 3], { group: b }, 0],
    [
      "a group for every channel, filling blocks with all images",
      [2, b / 2, 7, 5],
      [b / 2, 1, 3, 3],
      { group: b / 2 },
      1,
    ],
    ["a group for every channel, not filling blocks", [2, b + 1, 7, 5], [b + 1, 1, 3, 3], { group: b + 1 }, 0],
    ["a single pixel", [2, b, 1, 1], [b, b, 1, 1], { kernel_shape: [1, 1], pads: [0, 0, 0, 0] }, 0],
  ] as const)("of %s: blocked where it can be, right in any case", async (_, x, w, attributes, blocked) => {
    const { pads, ...rest } = { ...same3, ...attributes };
    const { ops, error } = await built(random([...x], [...w]), (g, x, w) =>
      g.call("Conv", [x, w], { ...rest, ...(pads && { pads }) }),
    );
    expect(count(ops, "NchwcConv", "Conv")).toEqual([blocked, 1 - blocked]);
    expect(error).toBeLessThan(2e-6);
  });

  it("with a bias of its own is left as it is", async () => {
    const { ops, error } = await built(random(x, w, [b]), (g, x, w, bias) => g.call("Conv", [x, w, bias], same3));
    expect([count(ops, "NchwcConv", "Conv"), error]).toEqual([[0, 1], 0]);
  });

  it("of a map that is the same everywhere is right", async () => {
    const { error } = await built(random([2, b, 1, 1], w), (g, v, w) =>
      conv(g, g.call("Expand", [v, g.ints([2, b, 6, 5])]), w),
    );
    expect(error).toBeLessThan(2e-6);
  });
});

describe.skipIf(block === undefined)("convolutions of every kind", () => {
  const cases = fc.tuple(fc.oneof(convCases, convCases, otherConvCases), fc.constantFrom(1, b), fc.constantFrom(1, b));

  it("over one, two and three axes give the same in both lowerings, values and gradients", () =>
    forAll(
      cases,
      async ([{ x, w, attributes }, inputs, outputs]) => {
        // Channels that fill blocks, or do not; b images, so that the gradient of the weights can be blocked.
        const [, channels, ...sizes] = x;
        const shapes = [
          [b, channels * inputs, ...sizes],
          [w[0] * outputs, w[1] * inputs, ...w.slice(2)],
        ];
        const { error } = await built(random(...shapes), (g, p, q) => {
          const y = g.call("Conv", [p, q], attributes);
          return valuesAndGradients(g, y, [p!, q!]);
        });
        expect(error).toBeLessThan(2e-5);
      },
      40,
    ));
});

describe.skipIf(block === undefined)("depthwise convolutions", () => {
  const cases = fc.tuple(convCases, fc.constantFrom([1, b], [3, 2 * b], [2, b / 2], [4, 3 * (b / 4)], [3, b + 1]));

  it("of every window give the same in both lowerings, values and gradients", () =>
    forAll(
      cases,
      async ([{ x, w, attributes }, [n, c]]) => {
        const sizes = x.slice(2);
        const { error } = await built(random([n!, c!, ...sizes], [c!, 1, ...w.slice(2)]), (g, p, q) => {
          const y = g.call("Conv", [g.call("Relu", [p]), q], { ...attributes, group: c! });
          return valuesAndGradients(g, y, [p!, q!]);
        });
        expect(error).toBeLessThan(2e-5);
      },
      80,
    ));

  it("run in blocks of all images' channels where those of one do not fill them", async () => {
    const { ops, error } = await built(random([4, 3 * (b / 4), 8, 6], [3 * (b / 4), 1, 3, 3]), (g, x, v) =>
      valuesAndGradients(g, g.call("Conv", [x, v], { ...same3, group: 3 * (b / 4), strides: [2, 2] }), [x!, v!]),
    );
    expect(count(ops, "Conv", "ConvTranspose", "NchwcConv")).toEqual([0, 0, 3]);
    expect(error).toBeLessThan(2e-5);
  });

  it("stay in blocks on the way forth and back, with a map added", async () => {
    const { ops, error } = await built(random([b, b, 8, 6], w, [b, 1, 3, 3]), (g, x, w, v) => {
      const map = conv(g, x, w);
      const y = g.call("Add", [g.call("Conv", [map, v], { ...same3, group: b }), map]);
      return valuesAndGradients(g, y, [x!, w!, v!]);
    });
    expect(count(ops, "Conv", "ConvTranspose", "MatMul")).toEqual([0, 0, 0]);
    expect(error).toBeLessThan(2e-5);
  });
});

/** y, and the gradients of the sum of its squares, under names of their own. */
function valuesAndGradients(g: GraphBuilder, y: Value, wanted: readonly Value[]): Value[] {
  const named = (value: Value, name: string) => g.call("Identity", [value], {}, name);
  const loss = g.call("ReduceSum", [g.call("Mul", [y, y])], { keepdims: 0 });
  const gradients = differentiate(g, loss, wanted);
  return [named(y, "y"), ...gradients.map((gradient, i) => named(gradient!, `gradient${i}`))];
}

describe.skipIf(block === undefined)("ConvInputGradient", () => {
  const of = (size: [number, number], stride: number, kernel = 3) => {
    const pads = kernel === 3 ? [1, 1, 1, 1] : [0, 0, 0, 0];
    const rows = size.map((extent) => Math.ceil(extent / stride));
    return built(random([2, b, ...rows], [b, 2 * b, kernel, kernel]), (g, dy, w) => {
      const attributes = { kernel_shape: [kernel, kernel], pads, strides: [stride, stride], input_shape: size };
      return g.call("ConvInputGradient", [dy, w], attributes);
    });
  };

  it.each([
    [[6, 5], 1, 3, 1],
    [[6, 8], 2, 3, 4], // one for every kind of row and column
    [[6, 8], 2, 1, 1],
    [[5, 7], 2, 3, 4],
    [[5, 7], 2, 1, 1],
  ] as const)(
    "for size %j, stride %i and kernel %i takes %i convolutions in blocks",
    async (size, stride, kernel, convolutions) => {
      const { ops, error } = await of([...size], stride, kernel);
      expect(count(ops, "NchwcConv", "ConvTranspose")).toEqual([convolutions, 0]);
      expect(error).toBeLessThan(2e-6);
    },
  );

  it("of a gradient that is the same everywhere, as behind a global pool, is right", async () => {
    const { error } = await built(random([2, b, 1, 1], w), (g, v, w) => {
      const dy = g.call("Expand", [v, g.ints([2, b, 6, 5])]);
      return g.call("ConvInputGradient", [dy, w], { ...same3, input_shape: [6, 5] });
    });
    expect(error).toBeLessThan(2e-6);
  });
});

describe.skipIf(block === undefined)("ConvWeightGradient", () => {
  it.each([
    ["few channels", b, 3, [8, 8], 1],
    ["many channels", b, 2 * b, [6, 5], 1],
    ["stride 2 over an odd size", 2 * b, b, [7, 5], 2],
    ["a batch that does not fill a block", b - 1, b, [6, 5], 1],
  ] as const)("for %s", async (_, n, inputs, size, stride) => {
    const rows = size.map((extent) => Math.ceil(extent / stride));
    const { ops, error } = await built(random([n, inputs, ...size], [n, b, ...rows]), (g, x, dy) =>
      g.call("ConvWeightGradient", [x, dy], { ...same3, strides: [stride, stride] }),
    );
    expect(count(ops, "NchwcConv", "MatMul")).toEqual([1, 0]);
    expect(error).toBeLessThan(1e-5);
  });

  it("of a gradient that is the same everywhere is right", async () => {
    const { error } = await built(random([b, b, 6, 5], [b, b, 1, 1]), (g, x, v) =>
      g.call("ConvWeightGradient", [x, g.call("Expand", [v, g.ints([b, b, 6, 5])])], same3),
    );
    expect(error).toBeLessThan(1e-5);
  });
});

/** Batch normalisation in training mode with its five outputs and the three gradients for a given dy. */
const normalisation = (g: GraphBuilder, x: Value, dy: Value, vectors: (Value | undefined)[]) => {
  const forward = g.callMany("BatchNormTraining", [x, ...vectors], { epsilon: 1e-5, momentum: 0.1 }, 5);
  const gradients = [dy, x, vectors[0], forward[3], forward[4]];
  return [...forward, ...g.callMany("BatchNormGradient", gradients, {}, 3)];
};
const four = [[b], [b], [b], [b]];

describe.skipIf(block === undefined)("batch normalisation", () => {
  it("after a convolution, with its gradient", async () => {
    const { ops, error } = await built(random(x, w, x, w, ...four), (g, x, w, u, w2, ...vectors) =>
      normalisation(g, conv(g, x, w), conv(g, u, w2), vectors),
    );
    expect(count(ops, "BatchNormalization", "Conv")).toEqual([0, 0]);
    expect(error).toBeLessThan(2e-5);
  });

  it("after a ReLU, a sum and a product of maps, with its gradient", async () => {
    const { error } = await built(random(x, w, x, w, ...four), (g, x, w, u, w2, ...vectors) => {
      const [p, q] = [conv(g, x, w), conv(g, u, w2)];
      const maps = [g.call("Relu", [p]), g.call("Add", [p, q]), g.call("Mul", [p, q])];
      return maps.flatMap((map) => normalisation(g, map, q, vectors));
    });
    expect(error).toBeLessThan(2e-5);
  });

  it("twice of the same map, and the map itself used again", async () => {
    const { error } = await built(random(x, w, x, w, ...four, ...four), (g, x, w, u, w2, ...vectors) => {
      const [map, dy] = [conv(g, x, w), conv(g, u, w2)];
      const [first, second] = [vectors.slice(0, 4), vectors.slice(4)];
      return [...normalisation(g, map, dy, first), ...normalisation(g, map, dy, second), map];
    });
    expect(error).toBeLessThan(2e-5);
  });

  it("of a normalised map, and with a gradient that is the same everywhere", async () => {
    const { error } = await built(random(x, w, [2, b, 1, 1], ...four, ...four), (g, x, w, v, ...vectors) => {
      const dy = g.call("Expand", [v, g.ints(x!.shape.map(Number))]);
      const inner = normalisation(g, conv(g, x, w), dy, vectors.slice(0, 4));
      return [...inner, ...normalisation(g, inner[0]!, g.call("Mul", [inner[0]!, dy]), vectors.slice(4))];
    });
    expect(error).toBeLessThan(5e-5);
  });

  it("of a map that is not in blocks stays as it is", async () => {
    const { ops, error } = await built(random(x, x, ...four), (g, x, dy, ...vectors) =>
      normalisation(g, x!, dy!, vectors),
    );
    expect([count(ops, "NchwcConv"), error]).toEqual([[0], 0]);
  });

  it("with frozen statistics", async () => {
    const positive = { low: 0.5, high: 2 };
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, positive));
    const { ops, error } = await built([...random(x, w), ...vectors], (g, x, w, ...vectors) => {
      const map = conv(g, x, w);
      const y = g.call("BatchNormalization", [map, ...vectors], { epsilon: 1e-3 });
      return [y, g.call("BatchNormalization", [y, ...vectors]), g.call("Relu", [y])];
    });
    expect(count(ops, "BatchNormalization")).toEqual([0]);
    expect(error).toBeLessThan(1e-5);
  });

  it("keeps the variance of a constant map at 0", async () => {
    const still = float32([2, b, 6, 5], new Float32Array(2 * b * 30).fill(0.1));
    const middle = float32([b, b, 1, 1], new Float32Array(b * b).fill(0.7));
    const { standard, blocked } = await built([still, middle, ...random(...four)], (g, x, w, ...vectors) => {
      const forward = [g.call("Conv", [x, w], { kernel_shape: [1, 1] }), ...vectors];
      return g.callMany("BatchNormTraining", forward, { epsilon: 1e-5, momentum: 0.1 }, 5);
    });
    const names = Object.keys(standard);
    const rstd = blocked[names.at(-1)!]!;
    expect(Array.from(rstd.data, Number).every((value) => value <= 316.3 && value > 250)).toBe(true); // 1/√1e-5
  });
});

/** The error of normalising maps of deviation 1 around `mean` against sums in double precision. */
async function errorOfMean(mean: number, runningMean: number, after: "conv" | "relu"): Promise<number> {
  const noise = randomTensor([16, b, 9, 7], 1, { low: -Math.sqrt(3), high: Math.sqrt(3) }); // deviation 1
  const shape = noise.shape;
  const data = noise.data.map((value) => value + mean);
  const identity = float32(
    [b, b, 1, 1],
    Float32Array.from({ length: b * b }, (_, i) => (i % (b + 1) === 0 ? 1 : 0)),
  );
  const fill = (value: number) => float32([b], new Float32Array(b).fill(value));
  const inputs: Tensor[] = [float32(shape, data), identity, fill(1), fill(0), fill(runningMean), fill(1)];
  const { blocked } = await built(inputs, (g, x, w, ...vectors) => {
    const map = g.call("Conv", [x, w], { kernel_shape: [1, 1] });
    const input = after === "relu" ? g.call("Relu", [map]) : map;
    return g.callMany("BatchNormTraining", [input, ...vectors], { epsilon: 1e-5, momentum: 0.1 }, 5)[0]!;
  });
  const expected = naiveBatchNorm(inputs[0]!, inputs[2]!, inputs[3]!, 1e-5);
  return largestError(Object.values(blocked)[0]!, expected.y);
}

describe.skipIf(block === undefined)("the accuracy of batch normalisation", () => {
  // ε = 6e-8 is the rounding of float32: E[z²] − E[z]² loses about mean²·ε of a variance of 1.
  it("after a convolution falls with the square of the distance to the running mean, which is learnt in some steps", async () => {
    expect(await errorOfMean(1, 0, "conv")).toBeLessThan(2e-6);
    expect(await errorOfMean(10, 0, "conv")).toBeLessThan(5e-5);
    expect(await errorOfMean(100, 0, "conv")).toBeLessThan(5e-3);
    expect(await errorOfMean(100, 99, "conv")).toBeLessThan(2e-5); // what is left is the rounding of 100 + noise itself
    expect(await errorOfMean(1000, 1000, "conv")).toBeLessThan(2e-4);
  });

  it("after anything else does not: the map is centred first", async () => {
    expect(await errorOfMean(100, 0, "relu")).toBeLessThan(2e-5);
    expect(await errorOfMean(1000, 0, "relu")).toBeLessThan(2e-4);
  });
});

describe.skipIf(block === undefined)("Relu and its gradient", () => {
  it("of a convolution, a normalised map and a sum; of a ReLU again", async () => {
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
    const { ops, error } = await built([...random(x, w, x, w), ...vectors], (g, x, w, u, w2, ...vectors) => {
      const [p, q] = [conv(g, x, w), conv(g, u, w2)];
      const y = g.call("BatchNormalization", [p, ...vectors]);
      const z = g.call("Relu", [y]);
      return [g.call("Relu", [p]), z, g.call("Relu", [g.call("Add", [y, q])]), g.call("Relu", [z])];
    });
    expect(count(ops, "BatchNormalization")).toEqual([0]);
    expect(error).toBeLessThan(2e-6);
  });

  it("passes dy where y is above 0, to the last bit, also where dy is the same everywhere", async () => {
    const inputs = [awayFromZero(x, 1), awayFromZero([2, b, 1, 1], 2), identityFilter()];
    const { ops, error } = await built(inputs, (g, x, v, w) => {
      const y = g.call("Relu", [g.call("Conv", [x, w], { kernel_shape: [1, 1] })]);
      const constant = g.call("Expand", [v, g.ints(x!.shape.map(Number))]);
      return [g.call("ReluGradient", [x, y]), g.call("ReluGradient", [constant, y])];
    });
    expect(count(ops, "HardSigmoid")).toEqual([1]); // one mask for both
    expect(error).toBe(0);
  });
});

describe.skipIf(block === undefined)("Add", () => {
  const gatesShape = [2, b, 1, 1];

  it("joins every two forms of a map in both orders", async () => {
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
    const { error } = await built([...random(x, w, x, w, gatesShape), ...vectors], (g, x, w, u, w2, v, ...vectors) => {
      const fresh = (from: Value | undefined) => conv(g, from, w2); // waits for a bias or a sum
      const stored = g.call("Relu", [conv(g, x, w)]);
      const affine = g.call("BatchNormalization", [conv(g, u, w), ...vectors]);
      const cut = g.call("Relu", [affine]);
      const gated = g.call("Mul", [affine, v]);
      const product = g.call("Mul", [stored, affine]);
      const constant = g.call("Expand", [v, g.ints(x!.shape.map(Number))]);
      const maps = [fresh(x), fresh(u), stored, affine, cut, gated, product, constant];
      return [...new Set(maps.flatMap((p) => maps.map((q) => g.call("Add", [p, q]))))];
    });
    expect(error).toBeLessThan(5e-6);
  });

  it("lets a convolution add a map at no cost where nothing else uses its result", async () => {
    const { ops, error } = await built(random(x, w, x, w), (g, x, w, u, w2) =>
      g.call("Add", [conv(g, x, w), g.call("Relu", [conv(g, u, w2)])]),
    );
    expect(count(ops, "Add", "NchwcConv")).toEqual([0, 2]);
    expect(error).toBeLessThan(2e-6);
  });

  it("adds to a convolution that is used elsewhere too without computing it twice", async () => {
    const { ops, error } = await built(random(x, w, x, w), (g, x, w, u, w2) => {
      const map = conv(g, x, w);
      return [g.call("Add", [map, g.call("Relu", [conv(g, u, w2)])]), g.call("GlobalAveragePool", [map])];
    });
    expect(count(ops, "Add", "NchwcConv")).toEqual([1, 2]);
    expect(error).toBeLessThan(5e-6);
  });

  it("of a map and a plain value, or of shapes that broadcast, is plain", async () => {
    const { ops, error } = await built(random(x, w, x, [1, b, 1, 1]), (g, x, w, more, shift) => {
      const map = conv(g, x, w);
      return [g.call("Add", [map, more]), g.call("Add", [shift, map])];
    });
    expect(count(ops, "Add")).toEqual([2]);
    expect(error).toBeLessThan(2e-6);
  });
});

describe.skipIf(block === undefined)("Mul", () => {
  it("by a gate in either place scales a map, whatever its form, and gates multiply", async () => {
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
    const { ops, error } = await built([...random(x, w, [2, b, 1, 1]), ...vectors], (g, x, w, s, ...vectors) => {
      const map = conv(g, x, w);
      const affine = g.call("BatchNormalization", [map, ...vectors]);
      const constant = g.call("Expand", [s, g.ints(x!.shape.map(Number))]);
      const cut = g.call("Relu", [affine]);
      const scaled = [map, affine, cut, constant].flatMap((m) => [g.call("Mul", [m, s]), g.call("Mul", [s, m])]);
      return [...scaled, g.call("Mul", [scaled[2]!, s])];
    });
    expect(count(ops, "Mul")).not.toEqual([0]);
    expect(error).toBeLessThan(5e-6);
  });

  it("by anything but one number per image and channel is plain, and right", async () => {
    const shapes = [x, w, [1, b, 1, 1], [2, 1, 6, 5], [2, 1, 1, 1], [], x];
    const { error } = await built(random(...shapes), (g, x, w, ...others) => {
      const map = conv(g, x, w);
      return others.flatMap((other) => [g.call("Mul", [map, other]), g.call("Mul", [other, map])]);
    });
    expect(error).toBeLessThan(2e-6);
  });

  it("of two maps, summed over each map as the gradient of a gate needs it", async () => {
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
    const { error } = await built([...random(x, w, x, w), ...vectors], (g, x, w, u, w2, ...vectors) => {
      const [p, q] = [conv(g, x, w), conv(g, u, w2)];
      const affine = g.call("BatchNormalization", [q, ...vectors]);
      const constant = g.call("Expand", [g.call("GlobalAveragePool", [p]), g.ints(x!.shape.map(Number))]);
      const pairs = [
        [p, q],
        [p, affine],
        [affine, p],
        [p, p],
        [p, constant],
        [constant, constant],
      ] as const;
      const products = pairs.map(([a, b]) => g.call("Mul", [a, b]));
      return [...products, ...products.map((product) => g.call("GlobalAveragePool", [product]))];
    });
    expect(error).toBeLessThan(2e-5);
  });
});

describe.skipIf(block === undefined)("GlobalAveragePool and Expand", () => {
  it("pool a map of every form", async () => {
    const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
    const { ops, error } = await built([...random(x, w, [2, b, 1, 1]), ...vectors], (g, x, w, v, ...vectors) => {
      const map = conv(g, x, w);
      const affine = g.call("BatchNormalization", [map, ...vectors]);
      const constant = g.call("Expand", [v, g.ints(x!.shape.map(Number))]);
      return [map, affine, g.call("Relu", [affine]), constant].map((m) => g.call("GlobalAveragePool", [m]));
    });
    expect(count(ops, "GlobalAveragePool")).toEqual([0]);
    expect(error).toBeLessThan(5e-6);
  });

  it("keep a plain map plain, and expand to other shapes as they did", async () => {
    const { ops, error } = await built(random(x, [2, b, 1, 1], [1, b, 1, 1]), (g, x, v, one) => [
      g.call("GlobalAveragePool", [x]),
      g.call("Expand", [v, g.ints([2, b, 3, 4])]),
      g.call("Expand", [one, g.ints([2, b, 3, 4])]),
      g.call("Expand", [v, g.ints([3, 2, b, 1, 1])]),
    ]);
    expect(count(ops, "GlobalAveragePool")).toEqual([1]);
    expect(error).toBe(0);
  });
});

/** 1×1 weights that change nothing. */
function identityFilter(): Tensor {
  return float32(
    [b, b, 1, 1],
    Float32Array.from({ length: b * b }, (_, i) => (i % (b + 1) === 0 ? 1 : 0)),
  );
}

describe.skipIf(block === undefined)("random chains of what a residual block is made of", () => {
  it("give what the standard lowering gives", () =>
    forAll(seeds, async (seed) => {
      const vectors = [0, 1, 2].map((i) => randomTensor([b], i)).concat(randomTensor([b], 3, { low: 0.5 }));
      const { error } = await built([...random(x, w, [2, b, 1, 1]), ...vectors], (g, x, w, v, ...vectors) => {
        const maps = [conv(g, x, w), x!];
        let state = seed;
        const draw = (n: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * n);
        };
        const pick = () => maps[draw(maps.length)]!;
        const steps = [
          () => conv(g, pick(), w),
          () => g.call("BatchNormalization", [pick(), ...vectors]),
          () => g.call("Relu", [pick()]),
          () => g.call("Add", [pick(), pick()]),
          () => g.call("Mul", [pick(), g.call("Sigmoid", [g.call("GlobalAveragePool", [pick()])])]),
          () => g.call("Mul", [v, pick()]),
          () => g.call("Mul", [pick(), g.call("Sigmoid", [pick()])]),
          () => g.call("Expand", [g.call("GlobalAveragePool", [pick()]), g.ints(x!.shape.map(Number))]),
        ];
        for (let i = 0; i < 8; i++) maps.push(steps[draw(steps.length)]!());
        const used = new Set(maps.slice(1));
        used.delete(x!);
        return [...used];
      });
      expect(error).toBeLessThan(2e-5);
    }));
});
