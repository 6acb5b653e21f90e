import { describe, expect, it } from "vitest";
import type { EpochRecord } from "../../train/epoch-record.js";
import { keptEpoch, keptTop1, otherKept } from "./kept-epoch.js";
import { keptFile } from "./train-in-folder.js";

/** The records of epochs in which the average, and perhaps the weights themselves, reached these accuracies. */
function records(...top1: readonly (readonly [average: number, plain?: number])[]): EpochRecord[] {
  const rest = { lr: 0.1, trainLoss: 1, trainLosses: [], trainTop1: 0, imagesPerSecond: 1, dataWait: 0, seconds: 1 };
  return top1.map(([testTop1, plain], i) => ({
    ...{ epoch: i + 1, ...rest, testLoss: 1, testTop1 },
    ...(plain !== undefined && { plain: { testLoss: 1, testTop1: plain } }),
  }));
}

const ema = { ema: { decay: 0.9 } };

describe("keptEpoch", () => {
  it.each([
    ["a short average is worthless", records([25, 50], [25, 100], [25, 90]), 2, false, 100, "best-plain.onnx"],
    ["the average is the better one", records([60, 50], [80, 70], [70, 75]), 2, true, 80, "best.onnx"],
    ["both are as good", records([60, 60], [80, 80]), 2, true, 80, "last.onnx"],
    ["the weights themselves are best at the end", records([60, 50], [60, 70]), 2, false, 70, "last-plain.onnx"],
    ["only the average was tested, as in runs of before", records([60], [50]), 1, true, 60, "best.onnx"],
  ])("keeps the better one: %s", (_, epochs, epoch, averaged, top1, file) => {
    const kept = keptEpoch(epochs, "best", ema);
    expect(kept).toEqual({ epoch, averaged });
    expect(keptTop1(epochs, kept)).toBe(top1);
    expect(keptFile(kept, epochs)).toBe(file);
  });

  it("keeps the better one of the last epoch, where that is asked for", () => {
    expect(keptEpoch(records([90, 50], [30, 40]), "last", ema)).toEqual({ epoch: 2, averaged: false });
    expect(keptEpoch(records([90, 50], [40, 30]), "last", ema)).toEqual({ epoch: 2, averaged: true });
  });

  it("keeps weights that no recipe averages", () => {
    const epochs = records([50], [70], [60]);
    const kept = keptEpoch(epochs, "best", {});
    expect(kept).toEqual({ epoch: 2, averaged: false });
    expect([keptTop1(epochs, kept), keptFile(kept, epochs)]).toEqual([70, "best.onnx"]);
    expect(otherKept(epochs, kept)).toBeUndefined();
  });
});

describe("otherKept", () => {
  it("is the best of the other kind, with what it reached", () => {
    const epochs = records([25, 50], [30, 100], [28, 90]);
    expect(otherKept(epochs, { epoch: 2, averaged: false })).toEqual({ epoch: 2, averaged: true, testTop1: 30 });
    expect(otherKept(epochs, { epoch: 2, averaged: true })).toEqual({ epoch: 2, averaged: false, testTop1: 100 });
  });
});
