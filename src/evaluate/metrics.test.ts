import { describe, expect, it } from "vitest";
import { confusionMatrix, correctness, perClassAccuracy, predictedClasses, top1, topK } from "./metrics.js";

// Ranks of the true class: 1st, 2nd, 3rd, 1st.
const logits = [3, 1, 2, 5, 4, 0, 1, 2, 3, 0, 0, 7];
const labels = [0, 1, 0, 2];

describe("top1 and topK", () => {
  it("count the true class among the k largest logits", () => {
    expect(top1(logits, labels, 3)).toBe(0.5);
    expect(topK(logits, labels, 3, 2)).toBe(0.75);
    expect(topK(logits, labels, 3, 3)).toBe(1);
  });

  it("give a tie to the lower index, as the prediction does", () => {
    expect(predictedClasses([1, 1, 0], 3)).toEqual([0]);
    expect(top1([1, 1, 0], [0], 3)).toBe(1);
    expect(top1([1, 1, 0], [1], 3)).toBe(0);
  });

  it("do not call a diverged network right", () => {
    expect(top1([Number.NaN, Number.NaN, Number.NaN], [2], 3)).toBe(0);
    expect(top1([0, Number.NaN, 9], [2], 3)).toBe(0);
    expect(predictedClasses([0, Number.NaN, 9], 3)).toEqual([1]);
  });

  it("name the numbers that do not fit", () => {
    expect(() => top1([1, 2, 3], [0], 2)).toThrow("topK: got 3 logits; expected a multiple of 2 classes");
    expect(() => top1([1, 2], [0, 1], 2)).toThrow("topK: got 1 rows of logits and 2 labels");
    expect(() => top1([1, 2], [2], 2)).toThrow("topK: got class 2; expected an integer from 0 to 1");
  });
});

describe("confusionMatrix", () => {
  it("leaves out images that were not read", () => {
    expect(confusionMatrix([1, -1, 0], [1, 0, 1], 2)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it("has a row per true class and a column per predicted class", () => {
    const confusion = confusionMatrix([0, 0, 2, 2], labels, 3);
    expect(confusion).toEqual([
      [1, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(perClassAccuracy(confusion)).toEqual([0.5, 0, 1]);
  });

  it("knows no accuracy for a class without images", () => {
    expect(
      perClassAccuracy([
        [0, 0],
        [1, 1],
      ]),
    ).toEqual([Number.NaN, 0.5]);
  });
});

it("correctness is 1 where the prediction equals the label", () => {
  expect(correctness([0, 0, 2, 2], labels)).toEqual([1, 0, 0, 1]);
});
