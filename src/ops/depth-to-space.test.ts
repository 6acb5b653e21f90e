import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("DepthToSpace", () => {
  it("moves channels into blocks of pixels, by either order of the channels", async () => {
    const x = float32([1, 8, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8]);
    const results = await compute([x], (g, a) =>
      ["DCR", "CRD"].map((mode) => g.call("DepthToSpace", [a], { blocksize: 2, mode })),
    );
    expect(results).toEqual([
      float32([1, 2, 2, 2], [1, 3, 5, 7, 2, 4, 6, 8]),
      float32([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    ]);
  });

  it.each(["DCR", "CRD"])("has the gradient that finite differences give: %s", (mode) =>
    checkGradient([randomTensor([2, 18, 2, 3], 1)], (g, x) => g.call("DepthToSpace", [x], { blocksize: 3, mode })),
  );

  it("keeps a symbolic batch, and refuses channels that do not divide and an unknown order", () => {
    const build = (c: number, mode: string) =>
      buildGraph([floats("N", c, 2, 3)], (g, x) => g.call("DepthToSpace", [x], { blocksize: 2, mode }, "node"));
    expect(build(8, "CRD").outputs[0]!.shape).toEqual(["N", 2, 4, 6]);
    expect(() => build(6, "DCR")).toThrow(
      "DepthToSpace (node): got x [N, 6, 2, 3], blocksize 2; expected x [N, C, H, W] with C divisible by the blocksize squared",
    );
    expect(() => build(8, "RDC")).toThrow("DepthToSpace (node): got mode RDC; expected DCR or CRD");
  });
});
