import { describe, expect, it } from "vitest";
import { float32, toNumbers } from "../graph/tensor.js";
import { compute } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Ceil", () => {
  it("goes up to a whole number", async () => {
    const [y] = await compute([float32([8], [-2.5, -1.5, -0.2, 0, 0.5, 1.5, 1.7, 3])], (g, x) => g.call("Ceil", [x]));
    expect(toNumbers(y!).map((value) => value + 0)).toEqual([-2, -1, 0, 0, 1, 2, 2, 3]);
  });

  it("has no gradient, and the error says so", async () => {
    const gradient = checkGradient([randomTensor([3], 1)], (g, x) => g.call("Ceil", [x], {}, "node"));
    await expect(gradient).rejects.toThrow("Ceil (node) has no gradient: it is flat between");
  });
});
