import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { float32, int64 } from "../graph/tensor.js";
import { differentiate } from "../step/differentiate.js";
import type { LossRule } from "../step/gradient-step.js";
import { buildGraph, compute, feedsOf, floats } from "../testing/build-graph.js";
import { checkGradient } from "../testing/check-gradient.js";
import { randomTensor } from "../testing/random-tensor.js";
import { runGraph } from "../testing/run-graph.js";
import { between } from "../testing/torch-golden.js";
import { binaryCrossEntropy, crossEntropy } from "./losses.js";

const loss = crossEntropy();

// PyTorch's and timm's; see tests/goldens/make-recipes.py.
const golden: {
  readonly labels: { readonly y: number[]; readonly y2: number[]; readonly mix: number[] };
  readonly losses: Readonly<Record<string, { readonly loss: number; readonly gradient: readonly number[] }>>;
} = JSON.parse(readFileSync(new URL("../../tests/goldens/recipes.json", import.meta.url), "utf8"));

const rules: Readonly<Record<string, readonly [rule: LossRule, mixed: boolean]>> = {
  ce: [crossEntropy(), false],
  "ce, smoothed": [crossEntropy({ smoothing: 0.1 }), false],
  "ce, mixed": [crossEntropy(), true],
  "ce, mixed and smoothed": [crossEntropy({ smoothing: 0.1 }), true],
  bce: [binaryCrossEntropy(), false],
  "bce, smoothed": [binaryCrossEntropy({ smoothing: 0.1 }), false],
  "bce, mixed and smoothed": [binaryCrossEntropy({ smoothing: 0.1 }), true],
  "bce, mixed, threshold": [binaryCrossEntropy({ smoothing: 0.1, targetThreshold: 0.2 }), true],
};

describe("the losses", () => {
  it("are held against every golden there is", () => {
    expect(Object.keys(golden.losses).toSorted()).toEqual(Object.keys(rules).toSorted());
  });

  it.each(Object.entries(rules))("are PyTorch's with their gradients: %s", async (name, [rule, mixed]) => {
    const { y, y2, mix } = golden.labels;
    const inputs = [between("logits", [4, 5], -3, 3), int64([4], y), int64([4], y2), float32([4], mix)];
    const [value, gradient] = await compute(inputs, (g, x, y, y2, mix) => {
      const given = rule(g, x!, { y: y!, ...(mixed && { mixed: { y2: y2!, mix: mix! } }) });
      return [given, differentiate(g, given, [x!])[0]!];
    });
    const expected = golden.losses[name]!;
    expect(value!.data[0]).toBeCloseTo(expected.loss, 5);
    for (const [i, number] of expected.gradient.entries()) expect(gradient!.data[i]).toBeCloseTo(number, 6);
  });
});

describe("binaryCrossEntropy", () => {
  it("stays finite for logits in the thousands, right and wrong", async () => {
    const logits = float32([1, 3], [5000, -5000, 5000]);
    const [value] = await compute([logits, int64([1], [0])], (g, x, y) => binaryCrossEntropy()(g, x!, { y: y! }));
    expect(value!.data[0]).toBeCloseTo(5000 / 3, 2);
  });
});

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
      "got shape [2, K]; expected a number at axis 1; give the size of images, such as 3x224x224",
    );
  });
});
