import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { centreCrop } from "./centre-crop.js";
import { viewCount, viewsOf } from "./views.js";

interface Crops {
  readonly image: readonly [number, number];
  readonly part: readonly [number, number];
  /** The place in the image of each part's left and right upper corner. */
  readonly corners: readonly (readonly [readonly [number, number], readonly [number, number]])[];
}

const goldens = new URL("../../tests/goldens/evaluation.json", import.meta.url);
const { crops } = JSON.parse(readFileSync(goldens, "utf8")) as { crops: readonly Crops[] };

describe("viewsOf", () => {
  it.each(crops)("gives torchvision's ten crops of $part out of $image", ({ image, part, corners }) => {
    const [width, height] = image;
    const crop = centreCrop(
      { width, height },
      { width: part[0], height: part[1], resize: Math.min(width, height), mean: [] },
    );
    expect(crop.resized).toEqual({ width, height });
    const views = viewsOf("ten-crop", crop);
    expect(
      views.map(({ left, top, mirror }) => {
        const ends = [left, left + part[0] - 1].map((x) => [x, top]);
        return mirror ? ends.reverse() : ends;
      }),
    ).toEqual(corners);
    expect(views).toHaveLength(viewCount("ten-crop"));
  });

  it("gives the middle and its mirror image for flip", () => {
    const crop = centreCrop({ width: 27, height: 18 }, { width: 16, height: 15, resize: 18, mean: [] });
    expect(viewsOf("flip", crop)).toEqual([
      { left: 6, top: 2, mirror: false },
      { left: 6, top: 2, mirror: true },
    ]);
  });
});
