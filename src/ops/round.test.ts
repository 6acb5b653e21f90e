import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { float32, toNumbers } from "../graph/tensor.js";
import { compute, floats } from "../testing/build-graph.js";
import { checkFold, knownElements } from "../testing/check-fold.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";

describe("Round", () => {
  it("goes to the nearest whole number, halves to the even one", async () => {
    const [y] = await compute([float32([8], [-2.5, -1.5, -0.2, 0, 0.5, 1.5, 1.7, 3])], (g, x) => g.call("Round", [x]));
    expect(toNumbers(y!).map((value) => value + 0)).toEqual([-2, -2, 0, 0, 0, 2, 2, 3]);
  });

  it("has no gradient, and the error says so", async () => {
    const gradient = checkGradient([randomTensor([3], 1)], (g, x) => g.call("Round", [x], {}, "node"));
    await expect(gradient).rejects.toThrow("Round (node) has no gradient: it is flat between");
  });

  it("is known of fractions and of whole extents", async () => {
    await checkFold([float32([9], [-2.5, -1.5, -0.5, -0.2, 0, 0.5, 1.5, 2.5, 7])], (g, x) => g.call("Round", [x]));
    const build = (g: GraphBuilder, x: Value) => g.call("Round", [g.call("Cast", [g.call("Shape", [x])], { to: 1 })]);
    expect(knownElements([floats("N", 3)], build, { N: 2 })).toEqual(["N", 3]);
  });
});
