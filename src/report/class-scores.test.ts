import { describe, expect, it } from "vitest";
import { classScores, confusedPairs } from "./class-scores.js";

const confusion = [
  [8, 2, 0, 0],
  [0, 3, 1, 0],
  [3, 0, 3, 0],
  [0, 0, 0, 0],
];

describe("classScores", () => {
  it("has the classes with images, worst first", () => {
    expect(classScores({ confusion, classTop5: [10, 4, 5, 0] })).toEqual([
      { index: 2, images: 6, recall: 0.5, top5: 5 / 6, precision: 0.75, takenFor: { index: 0, count: 3 } },
      { index: 1, images: 4, recall: 0.75, top5: 1, precision: 0.6, takenFor: { index: 2, count: 1 } },
      { index: 0, images: 10, recall: 0.8, top5: 1, precision: 8 / 11, takenFor: { index: 1, count: 2 } },
    ]);
  });

  it("knows no precision for a class that was never predicted", () => {
    const [score] = classScores({ confusion: [[0, 2], [0, 5]], classTop5: [2, 5] }); // biome-ignore format: a matrix
    expect(score).toMatchObject({ index: 0, recall: 0, precision: Number.NaN });
  });
});

describe("confusedPairs", () => {
  it("has the most frequent first, and of equal ones that of the rarer class", () => {
    expect(confusedPairs(confusion, 2)).toEqual([
      { label: 2, predicted: 0, count: 3, share: 0.5 },
      { label: 0, predicted: 1, count: 2, share: 0.2 },
    ]);
    expect(confusedPairs([[3]], 5)).toEqual([]);
  });
});
