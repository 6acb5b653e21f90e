import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Split } from "../split.js";
import { openDataset } from "./open.js";

const folder = new URL("../../../assets/glyphs/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("dataset.json", folder), "utf8"));

function countByClass({ labels }: Split, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of Array.from(labels)) counts[label]!++;
  return counts;
}

describe("the dataset that comes with the package", () => {
  it("holds the letters a to z, equally often, as many as its manifest says", async () => {
    const { name, classes, train, test, channels, height, width, augment } = await openDataset("glyphs");
    expect([name, classes.join("")]).toEqual(["glyphs", "abcdefghijklmnopqrstuvwxyz"]);
    expect([channels, height, width]).toEqual([3, 32, 32]);
    expect(augment).toEqual({ flip: false, pad: 2 });
    for (const [set, { count }] of [
      [train, manifest.train],
      [test, manifest.test],
    ] as const) {
      expect(set.length).toBe(count);
      expect(countByClass(set, 26)).toEqual(new Array(26).fill(count / 26));
    }
  });

  it("has the mean and std of its manifest", async () => {
    const { mean, std } = await openDataset("glyphs");
    for (const channel of [0, 1, 2]) {
      expect(mean[channel]).toBeCloseTo(manifest.mean[channel], 3);
      expect(std[channel]).toBeCloseTo(manifest.std[channel], 3);
    }
  });

  it.each(["train", "test"])("has the %s file of its manifest", (split) => {
    const { file, sha256 } = manifest[split];
    const bytes = readFileSync(new URL(file, folder));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
  });
});
