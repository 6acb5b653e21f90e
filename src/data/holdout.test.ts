import { describe, expect, it } from "vitest";
import { holdOut } from "./holdout.js";

/** Ten images of each of some classes, one after the other. */
const labels = (classes: number) => Uint8Array.from({ length: 10 * classes }, (_, i) => Math.floor(i / 10));

describe("holdOut", () => {
  it("takes the same share of every class, each image once, in order", () => {
    const { train, test } = holdOut(labels(3), ["a", "b", "c"], 0.2, 1);
    expect([...test].map((i) => Math.floor(i / 10))).toEqual([0, 0, 1, 1, 2, 2]);
    expect([...train, ...test].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect([...train]).toEqual([...train].toSorted((a, b) => a - b));
  });

  it("is another one for another seed, and the same for a class whatever the others are", () => {
    const of = (classes: string[], seed: number) => [...holdOut(labels(classes.length), classes, 0.3, seed).test];
    expect(of(["a", "b"], 1)).not.toEqual(of(["a", "b"], 2));
    expect(of(["a"], 1)).toEqual(of(["a", "b"], 1).slice(0, 3));
    expect(of(["x", "b"], 1).slice(3)).toEqual(of(["a", "b"], 1).slice(3));
  });

  it("leaves one image of each class to train on and takes one where it can; 1 takes all", () => {
    const few = Uint8Array.of(0, 1, 1, 2, 2, 2);
    expect(holdOut(few, ["a", "b", "c"], 0.01, 1).test).toHaveLength(2);
    expect(holdOut(few, ["a", "b", "c"], 0.99, 1).train).toHaveLength(3);
    expect(holdOut(few, ["a", "b", "c"], 1, 1)).toMatchObject({ train: { length: 0 }, test: { length: 6 } });
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %f", (share) => {
    expect(() => holdOut(labels(1), ["a"], share, 1)).toThrow(
      `openDataset: got holdout ${share}; expected a share above 0`,
    );
  });
});
