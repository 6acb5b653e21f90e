import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { noiseImage } from "../../testing/noise-image.js";
import { type ResizeGolden, resizeGoldens } from "../../testing/resize-golden.js";
import { cropPixels } from "./pixels.js";
import { resamplings } from "./resampling.js";
import { resize } from "./resize.js";

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/goldens/resize.json", import.meta.url), "utf8"),
) as ResizeGolden;

describe("resize", () => {
  it.each(resamplings)("gives PIL's bytes, %s, and torchvision's and timm's crops of them", (interpolation) => {
    const pick = <T extends { interpolation: string }>(cases: readonly T[]) =>
      cases.filter((one) => one.interpolation === interpolation);
    const { resizes, crops, evaluations } = golden;
    const all = [...resizeGoldens({ resizes: pick(resizes), crops: pick(crops), evaluations: pick(evaluations) })];
    expect(all.length).toBe(163);
    const wrong = all.filter(
      ({ one, result }) => createHash("sha256").update(result.data).digest("hex") !== one.sha256,
    );
    expect(wrong.map(({ one }) => one)).toEqual([]);
  });

  it.each(resamplings)("computes a part of the result as it is in the whole, %s", (interpolation) => {
    const image = noiseImage(61, 43, 3, true);
    const part = { left: 7, top: 20, width: 11, height: 9 };
    const whole = resize(image, 30, 50, interpolation);
    expect(resize(image, 30, 50, interpolation, { part })).toEqual(cropPixels(whole, 7, 20, 11, 9));
  });

  it("refuses sizes that are none", () => {
    expect(() => resize(noiseImage(3, 3, 3, false), 0, 5, "bicubic")).toThrow(
      "resize: got 0 × 5; expected whole numbers of pixels from 1",
    );
  });
});
