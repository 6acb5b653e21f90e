import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { buildGraph, compute, feedsOf, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { differentiate } from "../transform/differentiate.js";
import { crossEntropy } from "./losses.js";

const loss = crossEntropy();

describe("crossEntropy", () => {
  it("is the mean of −log p(label), by hand", async () => {
    // softmax of [ln 1, ln 2, ln 5] is [1, 2, 5] / 8; of equal logits 1/3 each.
    const logits = float32([2, 3], [0, Math.log(2), Math.log(5), 7, 7, 7]);
    const [value] = await compute([logits, int64([2], [2, 0])], (g, x, y) => loss(g, x!, { y: y! }));
    expect(value!.shape).toEqual([]);
    expect(value!.data[0]).toBeCloseTo((Math.log(8 / 5) + Math.log(3)) / 2, 6);
  });

  it("has the gradient (softmax − one-hot) / N, by hand", async () => {
    const types = [floats(2, 3), { dtype: "int64", shape: [2] } as const];
    const graph = buildGraph(types, (g, x, y) => differentiate(g, loss(g, x!, { y: y! }), [x!])[0]!);
    const logits = float32([2, 3], [0, Math.log(2), Math.log(5), 7, 7, 7]);
    const results = await runGraph(graph, feedsOf([logits, int64([2], [2, 0])]));
    const expected = [1 / 8, 2 / 8, 5 / 8 - 1, 1 / 3 - 1, 1 / 3, 1 / 3].map((value) => value / 2);
    const { data } = Object.values(results)[0]!;
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it("has the gradient that finite differences give", () =>
    checkGradient([randomTensor([4, 5], 1, { low: -2, high: 2 }), int64([4], [0, 4, 2, 2])], (g, x, y) =>
      loss(g, x!, { y: y! }),
    ));

  it("stays finite for logits in the thousands, right and wrong", async () => {
    const logits = float32([2, 2], [5000, 0, 5000, 0]);
    const [value] = await compute([logits, int64([2], [0, 1])], (g, x, y) => loss(g, x!, { y: y! }));
    expect(value!.data[0]).toBe(2500);
  });

  it("needs a number of classes", () => {
    const types = [floats(2, "K"), { dtype: "int64", shape: [2] } as const];
    expect(() => buildGraph(types, (g, x, y) => loss(g, x!, { y: y! }))).toThrow(
      "got shape [2, K]; expected a number at axis 1; give this extent a size",
    );
  });
});
