import { describe, expect, it } from "vitest";
import { float32 } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { awayFromZero } from "../testing/random-tensor.js";

describe("Sign", () => {
  it("is −1, 0 or 1", async () => {
    const [y] = await compute([float32([4], [3, -0.5, 0, 1e-30])], (g, x) => g.call("Sign", [x]));
    expect([...y!.data]).toEqual([1, -1, 0, 1]);
  });

  it("has no gradient, and the error names the node and says why", async () => {
    const gradient = checkGradient([awayFromZero([3], 1)], (g, x) => g.call("Sign", [x], {}, "node"));
    await expect(gradient).rejects.toThrow(
      "Sign (node) has no gradient: it is flat everywhere but at 0; freeze the parameters before it, or replace it",
    );
  });
});
