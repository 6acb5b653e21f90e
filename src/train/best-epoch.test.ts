import { describe, expect, it } from "vitest";
import { bestEpoch, betterTop1, isOver, isStale, plainTop1 } from "./best-epoch.js";
import type { EpochRecord } from "./epoch-record.js";

/** The records of epochs with these accuracies. */
function records(...accuracies: readonly number[]): EpochRecord[] {
  const rest = { lr: 0.1, trainLoss: 1, trainLosses: [], trainTop1: 0, imagesPerSecond: 1, dataWait: 0, seconds: 1 };
  return accuracies.map((testTop1, i) => ({ epoch: i + 1, ...rest, testLoss: 1, testTop1 }));
}

describe("bestEpoch", () => {
  it.each([
    [[50, 70, 60], 2],
    [[50, 70, 70], 2], // of equal ones the earlier
    [[0, 0], 1],
    [[Number.NaN, 10, Number.NaN], 2],
  ])("of %j is %i", (accuracies, epoch) => expect(bestEpoch(records(...accuracies))?.epoch).toBe(epoch));

  it.each([[[]], [[Number.NaN]]])("of %j is none", (accuracies) =>
    expect(bestEpoch(records(...accuracies))).toBeUndefined(),
  );
});

describe("isStale", () => {
  it.each([
    [[50, 70, 60], 1, true],
    [[50, 70, 60], 2, false],
    [[50, 70, 60, 70], 2, true], // as good as the best is no gain
    [[50, 60, 70], 1, false],
    [[50, 40, 30], undefined, false],
    [[Number.NaN, Number.NaN], 1, false],
  ])("of %j with %s epochs borne: %s", (accuracies, stopAfter, stale) =>
    expect(isStale({ stopAfter }, records(...accuracies))).toBe(stale),
  );
});

describe("where weights and their average are tested", () => {
  const both = (...top1: readonly (readonly [average: number, plain: number])[]) =>
    records(...top1.map(([average]) => average)).map((record, i) => ({
      ...record,
      plain: { testLoss: 1, testTop1: top1[i]![1] },
    }));
  const history = both([25, 50], [25, 90], [60, 80], [70, 80]);

  it("the best of each is told from the better of both", () => {
    expect(bestEpoch(history)?.epoch).toBe(4);
    expect(bestEpoch(history, plainTop1)?.epoch).toBe(2);
    expect(bestEpoch(both([80, 50], [25, 60]), betterTop1)?.epoch).toBe(1);
    expect(bestEpoch(records(50, 60), plainTop1)).toBeUndefined(); // of runs that were started before there were two
  });

  it("a run stops when neither gets better", () => {
    expect(isStale({ stopAfter: 2 }, history)).toBe(true);
    expect(isStale({ stopAfter: 2 }, both([10, 90], [10, 80], [95, 80]))).toBe(false);
  });
});

describe("isOver", () => {
  it("when all epochs are done, or have ceased to help", () => {
    expect(isOver({ epochs: 2 }, { epoch: 2, history: records(50) })).toBe(false);
    expect(isOver({ epochs: 2 }, { epoch: 3, history: records(50, 60) })).toBe(true);
    expect(isOver({ epochs: 9, stopAfter: 1 }, { epoch: 3, history: records(50, 50) })).toBe(true);
    expect(isOver({ epochs: 9, stopAfter: 1 }, { epoch: 1, history: [] })).toBe(false);
  });
});
