import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { differentiate } from "../../step/differentiate.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block, built, count } from "./both-ways.test.helper.js";

const b = block ?? 16;
const odd = b / 2 + b; // two images fill three blocks
const point = { kernel_shape: [1, 1] };
const narrow = (shape: readonly number[], seed: number) => randomTensor(shape, seed, { low: -0.5, high: 0.5 });

/**
 * An inverted residual block as MobileNet has them, every map with `odd` channels, and the gradients of all parameters.
 */
function network(g: GraphBuilder, [x, w, v, u, r, e, ...vectors]: readonly Value[], stride: number): Value[] {
  const norm = (map: Value, i: number) => {
    const [scale, bias, mean, variance] = vectors.slice(4 * i);
    return g.callMany("BatchNormTraining", [map, scale, bias, mean, variance], { epsilon: 1e-5, momentum: 0.1 }, 5);
  };
  const [first, ...statistics] = norm(g.call("Conv", [x, w], point), 0);
  const wide = g.call("HardSwish", [first]);
  const apart = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride], group: odd };
  const deep = g.call("Relu", [norm(g.call("Conv", [wide, v], apart), 1)[0]]);
  const squeezed = g.call("Relu", [g.call("Conv", [g.call("GlobalAveragePool", [deep]), r], point)]);
  const gate = g.call("HardSigmoid", [g.call("Conv", [squeezed, e], point)], { alpha: 1 / 6, beta: 0.5 });
  const last = norm(g.call("Conv", [g.call("Mul", [deep, gate]), u], point), 2)[0]!;
  const sum = stride === 1 ? g.call("Add", [last, x]) : last;
  const loss = g.call("ReduceMean", [g.call("Mul", [sum, g.call("Sigmoid", [sum])])], { keepdims: 0 });
  const trained = [w, v, u, r, e, ...[0, 1, 4, 5, 8, 9].map((i) => vectors[i])].map((value) => value!);
  return [sum, ...statistics.slice(0, 2), ...differentiate(g, loss, trained).map((gradient) => gradient!)];
}

const weights = [
  [odd, odd, 1, 1],
  [odd, 1, 3, 3],
  [odd, odd, 1, 1],
  [4, odd, 1, 1],
  [odd, 4, 1, 1],
];
const vectors = Array.from({ length: 12 }, (_, i) => randomTensor([odd], i + 20, { low: 0.5, high: 1.5 }));
const given = (images: number, size: readonly number[]) => [
  randomTensor([images, odd, ...size], 1),
  ...weights.map((shape, i) => narrow(shape, i + 2)),
  ...vectors,
];

describe.skipIf(block === undefined)("maps that only the channels of all images fill", () => {
  it.each([
    [1, [6, 5]],
    [2, [6, 5]],
    [2, [7, 9]],
  ] as const)("go through a block with stride %i over %j in blocks, and are right", async (stride, size) => {
    const { ops, error } = await built(given(2, size), (g, ...values) => network(g, values, stride));
    expect(error).toBeLessThan(5e-5);
    expect(count(ops, "BatchNormalization", "ThresholdedRelu", "Conv")).toEqual([0, 2, 4 + 3]); // 1×1: two of the block, two of the gate; and dx of all but the first
  });

  it("stay plain where they do not, as those of one image", async () => {
    const { ops, error } = await built(given(1, [6, 5]), (g, ...values) => network(g, values, 1));
    expect(error).toBeLessThan(5e-5);
    expect(count(ops, "NchwcConv", "BatchNormalization")).toEqual([0, 3]);
  });

  it("stay plain where no normalisation follows their convolution, at no cost", async () => {
    const { ops, error } = await built(given(2, [6, 5]).slice(0, 2), (g, x, w) =>
      g.call("Relu", [g.call("Conv", [x, w], point)]),
    );
    expect([ops, error]).toEqual([["Conv", "Relu"], 0]);
  });

  it("are right where others need the plain map too, and with a gradient that is the same everywhere", async () => {
    const [x, w] = given(2, [6, 5]);
    const { error } = await built([x!, w!, ...vectors.slice(0, 4)], (g, x, w, ...four) => {
      const map = g.call("Conv", [x, w], point);
      const [y] = g.callMany("BatchNormTraining", [map, ...four], { epsilon: 1e-5, momentum: 0.1 }, 5);
      const pooled = g.call("GlobalAveragePool", [g.call("Relu", [y])]);
      const loss = g.call("ReduceMean", [g.call("Mul", [pooled, pooled])], { keepdims: 0 });
      return [map, y!, ...differentiate(g, loss, [x!, w!, four[0]!]).map((gradient) => gradient!)];
    });
    expect(error).toBeLessThan(5e-5);
  });
});
