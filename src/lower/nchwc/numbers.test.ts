import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import { differentiate } from "../../step/differentiate.js";
import { randomTensor } from "../../testing/random-tensor.js";
import { block, built, count } from "./both-ways.test.helper.js";

const b = block ?? 16;
const point = { kernel_shape: [1, 1] };
const [x, w] = [randomTensor([3, b, 5, 3], 1), randomTensor([b, b, 1, 1], 2)];

describe.skipIf(block === undefined)("maps and numbers", () => {
  it.each([
    ["added", (g: GraphBuilder, y: Value) => g.call("Add", [g.scalar(0.3), y])],
    ["subtracted", (g: GraphBuilder, y: Value) => g.call("Sub", [y, g.scalar(0.3)])],
    ["subtracted from", (g: GraphBuilder, y: Value) => g.call("Sub", [g.scalar(0.3), y])],
    ["multiplied", (g: GraphBuilder, y: Value) => g.call("Mul", [y, g.constant(float32([1], [-0.3]))])],
  ])("%s, twice and after a ReLU, are one affine pass", async (_, apply) => {
    const { ops, error } = await built([x, w], (g, x, w) => {
      const y = g.call("Relu", [g.call("Conv", [x, w], point)]);
      return g.call("Abs", [apply(g, apply(g, y))]);
    });
    expect(error).toBeLessThan(1e-6);
    expect(count(ops, "NchwcConv", "Add", "Abs")).toEqual([2, 0, 1]);
  });

  it("of one point, and numbers that are computed, are right", async () => {
    const small = [randomTensor([2, b, 1, 1], 1), randomTensor([2, b, 3, 1], 2), float32([1], [0.7]), w];
    const { error } = await built(small, (g, p, x, number, w) =>
      [p!, x!].map((each) => g.call("Sub", [number, g.call("Mul", [g.call("Conv", [each, w], point), number])])),
    );
    expect(error).toBeLessThan(1e-6);
  });

  it("give hard-swish its slopes at the kinks and beside them, exactly", async () => {
    const kinks = [-1e30, -4, -3 - 3e-7, -3, -3 + 3e-7, -1.5, 0, 1, 3 - 3e-7, 3, 3 + 3e-7, 1e30].map(Math.fround);
    const slopes = kinks.map((at) => (at < -3 ? 0 : at <= 3 ? at / 3 + 0.5 : 1));
    const channels = float32([1, b, 3, 4], Array.from({ length: b }, () => kinks).flat());
    const { standard, blocked, ops } = await built([channels, w], (g, x, w) => {
      const given = g.call("Add", [x, g.call("Mul", [g.call("Conv", [x, w], point), g.scalar(0)])]); // x as a map in blocks
      const loss = g.call("ReduceSum", [g.call("HardSwish", [given])], { keepdims: 0 });
      return differentiate(g, loss, [x!])[0]!;
    });
    for (const { data } of [...Object.values(standard), ...Object.values(blocked)]) {
      const wrong = slopes.map((slope, i) => Math.abs(slope - Number(data[i])) > 1e-6);
      expect(wrong).not.toContain(true);
    }
    expect(count(ops, "ThresholdedRelu")).toEqual([2]);
  });
});
