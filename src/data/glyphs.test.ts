import { expect, it } from "vitest";
import { type GlyphsManifest, parseGlyphs } from "./glyphs.js";

const records = (...labels: number[]) => ({
  source: "test.bin",
  bytes: Uint8Array.from(labels.flatMap((label) => [label, ...Array.from({ length: 3072 }, (_, i) => i & 255)])),
});
const split = (count: number) => ({ file: "x", count, sha256: "" });
const manifest: GlyphsManifest = { classes: ["a", "b"], shape: [3, 32, 32], train: split(2), test: split(1) };

it("reads as many images as its manifest says", () => {
  const { train, test, classes, augment } = parseGlyphs(manifest, records(0, 1), records(1));
  expect([[...train.labels], [...test.labels], classes]).toEqual([[0, 1], [1], ["a", "b"]]);
  expect(augment.flip).toBe(false);
  expect(() => parseGlyphs(manifest, records(0, 1), records(1, 1))).toThrow(
    "test.bin: got 2 images; expected 1; install the package again",
  );
});
