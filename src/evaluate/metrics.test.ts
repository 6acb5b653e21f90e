import { describe, expect, it } from "vitest";
import { confusionMatrix, correctness, perClassAccuracy } from "./metrics.js";

const labels = [0, 1, 0, 2];

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
