import { describe, expect, it } from "vitest";
import { pairedDifference } from "../evaluate/paired-difference.js";
import { syntheticComparison } from "./fixture.test.helper.js";
import { scoreRun, summarise } from "./summarise.js";

/** Two models, two seeds and four images; the candidate is right more often. */
function small() {
  const measured = syntheticComparison({ seeds: 2, epochs: 3, images: 4, classes: ["a", "b"] });
  const labels = [0, 1, 0, 1];
  const predictions = [
    [
      [0, 0, 1, 1],
      [1, 1, 0, 0],
    ],
    [
      [0, 1, 0, 1],
      [0, 1, 0, 0],
    ],
  ];
  const models = measured.models.map((model, m) => ({
    ...model,
    runs: model.runs.map((run, s) => ({
      ...run,
      predictions: predictions[m]![s]!,
      ...scoreRun(predictions[m]![s]!, labels, 2),
      epochs: run.epochs.map((epoch, e) => ({ ...epoch, imagesPerSecond: [10, 100, 110][e]! / (m + 1) })),
    })),
  }));
  return { ...measured, labels, models };
}

describe("summarise", () => {
  const { models, comparisons } = summarise(small());

  it("averages the errors of the runs, with their sample deviation", () => {
    expect(models.map((model) => model.errorMean)).toEqual([50, 12.5]);
    expect(models[0]!.errorStd).toBe(0);
    expect(models[1]!.errorStd).toBeCloseTo(Math.sqrt(2 * 12.5 ** 2), 12);
  });

  it("takes the median speed, which a slow first epoch does not change", () =>
    expect(models.map((model) => model.trainImagesPerSecond)).toEqual([100, 50]));

  it("compares the candidate with the first model, in points", () => {
    const rows = [
      [
        [1, 0, 0, 1],
        [0, 1, 1, 0],
      ],
      [
        [1, 1, 1, 1],
        [1, 1, 1, 0],
      ],
    ] as const;
    const { interval, standardError, df } = pairedDifference(rows[0], rows[1]);
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ baseline: "resnet20", candidate: "seresnet20", gain: 37.5, df });
    expect(comparisons[0]!.interval[0]).toBeCloseTo(100 * interval[0], 10);
    expect(comparisons[0]!.standardError).toBeCloseTo(100 * standardError, 10);
    expect(comparisons[0]!.sentence).toContain("37.50 points in favour of SE");
  });

  it("gives the overhead in percent: half the images per second take twice the time", () => {
    const { overhead } = comparisons[0]!;
    expect(overhead.trainTime).toBeCloseTo(100, 10);
    expect(overhead.params).toBeCloseTo(0.8709, 4); // 2,373 more than 272,474
    expect(overhead.inferenceTime).toBeCloseTo(6.8182, 4); // 1.41 over 1.32 ms
  });

  it("knows no deviation of a single run", () =>
    expect(summarise(syntheticComparison({ seeds: 1, epochs: 1 })).models[0]!.errorStd).toBeNull());

  it("says SE only where SE is all that differs", () => {
    const other = { name: "seresnet56", error: 7, params: 862_889, macs: 125.75e6 };
    const base = { name: "resnet20", error: 7, params: 272_474, macs: 40.8e6 };
    const [comparison] = summarise(syntheticComparison({ models: [base, other] })).comparisons;
    expect(comparison!.sentence).toContain("seresnet56");
  });

  it("names seeds and sizes that do not fit", () => {
    const measured = small();
    measured.models[1]!.runs[1]!.seed = 9;
    measured.models[1]!.runs[0]!.predictions = [0];
    expect(() => summarise(measured)).toThrow(
      "summarise: seresnet20 ran seeds 1, 9; expected those of the first model, 1, 2; " +
        "seresnet20, seed 1 has 1 predictions; expected 4, one per label",
    );
  });
});

it("scoreRun gives the error in percent and the confusion matrix", () =>
  expect(scoreRun([0, 0, 1, 1], [0, 1, 0, 1], 2)).toEqual({
    testError: 50,
    confusion: [
      [1, 1],
      [1, 1],
    ],
  }));
