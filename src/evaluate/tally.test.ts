import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { predictedClass, rankOf } from "./logits.js";
import { perClassAccuracy } from "./metrics.js";
import { decodeScores, encodeScores, inOrder, predictionsOf, scoreOf } from "./scores.js";
import { Tally } from "./tally.js";

interface Case {
  readonly classes: number;
  readonly logits: readonly number[];
  readonly labels: readonly number[];
  readonly loss: number;
  readonly top1: number;
  readonly top5: number;
  readonly ece: number;
  readonly bins: readonly number[];
}

const goldens = new URL("../../tests/goldens/evaluation.json", import.meta.url);
const { metrics: cases } = JSON.parse(readFileSync(goldens, "utf8")) as { metrics: readonly Case[] };

function tallied({ classes, logits, labels }: Pick<Case, "classes" | "logits" | "labels">): Tally {
  const tally = new Tally(classes);
  const rows = Float32Array.from(logits);
  for (const [n, label] of labels.entries()) tally.add(rows.subarray(n * classes, (n + 1) * classes), label, n);
  return tally;
}

describe("scores", () => {
  it("keep all that a tally needs of logits, to the bit, in bytes and in any order", () => {
    const rows = [
      [2, 1, 0],
      [0, Number.NaN, 1],
      [-3, 4, Number.POSITIVE_INFINITY],
      [1, 1, 1],
    ].map((row) => Float32Array.from(row));
    const whole = new Tally(3);
    for (const [n, row] of rows.entries()) whole.add(row, n % 3, n);
    const scores = rows.map((row, n) => scoreOf(row, n % 3, n, "softmax"));
    const merged = new Tally(3);
    const parts = [[scores[3]!, scores[0]!], [], [scores[1]!, scores[2]!]].map((part) =>
      decodeScores(encodeScores(part)),
    );
    for (const score of inOrder(parts)) merged.count(score);
    expect(merged.read()).toEqual(whole.read());
    expect(merged.notFinite.images).toBe(2);
    expect([...predictionsOf(scores.slice(1, 3), 4)]).toEqual([-1, scores[1]!.predicted, scores[2]!.predicted, -1]);
  });
});

describe("Tally", () => {
  it.each(cases.map((one) => [one.classes, one] as const))("gives PyTorch's figures with %i classes", (_, one) => {
    const { images, loss, top1, top5, calibration, confusion, classTop5 } = tallied(one).read();
    expect(images).toBe(one.labels.length);
    expect(loss).toBeCloseTo(one.loss, 5);
    expect(top1).toBeCloseTo(one.top1, 10);
    expect(top5).toBeCloseTo(one.top5, 10);
    expect(calibration.ece).toBeCloseTo(one.ece, 6);
    expect(calibration.bins.map((bin) => bin.images)).toEqual(one.bins);
    const right = confusion.reduce((sum, row, c) => sum + row[c]!, 0);
    expect((100 * right) / images).toBeCloseTo(one.top1, 10);
    expect(confusion.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual(
      confusion.map((_, c) => one.labels.filter((label) => label === c).length),
    );
    expect((100 * classTop5.reduce((sum, count) => sum + count, 0)) / images).toBeCloseTo(one.top5, 10);
    expect(perClassAccuracy(confusion)).toHaveLength(one.classes);
  });

  it("weighs the gap of each bin by its images", () => {
    // Confidence ½ twice, right once: no gap. Confidence e/(1+e), wrong: all of it.
    const { calibration } = tallied({ classes: 2, logits: [0, 0, 0, 0, 1, 0], labels: [0, 1, 1] }).read();
    const sure = Math.E / (1 + Math.E);
    expect(calibration.ece).toBeCloseTo(sure / 3, 7);
    expect(calibration.confidence).toBeCloseTo((1 + sure) / 3, 7);
    const filled = calibration.bins.filter(({ images }) => images > 0);
    expect(filled.map(({ images, accuracy }) => [images, accuracy])).toEqual([
      [2, 0.5],
      [1, 0],
    ]);
  });

  it("remembers the surest mistakes, surest first, and where they are", () => {
    const count = 40;
    const logits = Array.from({ length: count }, (_, n) => [0, ((n * 17) % count) / 10]).flat();
    const { surest } = tallied({ classes: 2, logits, labels: new Array<number>(count).fill(0) }).read();
    const order = Array.from({ length: count }, (_, n) => n).sort((a, b) => ((b * 17) % count) - ((a * 17) % count));
    expect(surest.map(({ index }) => index)).toEqual(order.slice(0, 24));
    expect(surest[0]).toMatchObject({ label: 0, predicted: 1 });
    expect(surest[0]!.confidence).toBeCloseTo(1 / (1 + Math.exp(-3.9)), 6);
  });

  it("does not call a diverged network right, nor sure", () => {
    const nan = Number.NaN;
    const { top1, top5, loss, surest, calibration } = tallied({ classes: 3, logits: [0, nan, 9], labels: [2] }).read();
    expect([top1, top5, loss]).toEqual([0, 100, nan]); // two of three rank before it
    expect(surest).toEqual([]);
    expect(calibration.bins.every(({ images }) => images === 0)).toBe(true);
  });

  it("can be read before any image", () => {
    const { images, top1, calibration } = new Tally(4).read();
    expect([images, top1, calibration.ece]).toEqual([0, Number.NaN, Number.NaN]);
  });
});

describe("predictedClass and rankOf", () => {
  it("give a tie to the lower index", () => {
    expect(predictedClass([1, 1, 0])).toBe(0);
    expect([0, 1, 2].map((label) => rankOf([1, 1, 0], label))).toEqual([0, 1, 2]);
  });

  it("take NaN for the largest, as PyTorch does", () => {
    expect(predictedClass([0, Number.NaN, 9])).toBe(1);
    expect(rankOf([Number.NaN, Number.NaN, Number.NaN], 2)).toBe(2);
  });
});
