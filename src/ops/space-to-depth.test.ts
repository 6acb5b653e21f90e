import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("SpaceToDepth", () => {
  it("moves blocks of pixels into channels", async () => {
    const x = float32([1, 1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const [y] = await compute([x], (g, a) => g.call("SpaceToDepth", [a], { blocksize: 2 }));
    expect(y).toEqual(float32([1, 4, 1, 2], [1, 3, 2, 4, 5, 7, 6, 8]));
  });

  it("has the gradient that finite differences give", () =>
    checkGradient([randomTensor([2, 3, 6, 9], 1)], (g, x) => g.call("SpaceToDepth", [x], { blocksize: 3 })));

  it("keeps a symbolic batch, and refuses sizes that do not divide", () => {
    const build = (h: number) =>
      buildGraph([floats("N", 2, h, 4)], (g, x) => g.call("SpaceToDepth", [x], { blocksize: 2 }, "node"));
    expect(build(6).outputs[0]!.shape).toEqual(["N", 8, 3, 2]);
    expect(() => build(5)).toThrow(
      "SpaceToDepth (node): got x [N, 2, 5, 4], blocksize 2; expected x [N, C, H, W] with H and W divisible by the blocksize",
    );
  });
});
