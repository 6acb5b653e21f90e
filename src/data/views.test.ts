import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
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
    const views = viewsOf("ten-crop", { width, height }, { width: part[0], height: part[1] });
    expect(
      views.map(({ left, top, mirror }) => {
        const [first, last] = [left, left + part[0] - 1];
        return mirror
          ? [
              [last, top],
              [first, top],
            ]
          : [
              [first, top],
              [last, top],
            ];
      }),
    ).toEqual(corners);
    expect(views).toHaveLength(viewCount["ten-crop"]);
  });

  it("gives the middle, and for flip its mirror image", () => {
    const extents = [
      { width: 27, height: 18 },
      { width: 16, height: 15 },
    ] as const;
    expect(viewsOf(undefined, ...extents)).toEqual([{ left: 6, top: 2, mirror: false }]);
    expect(viewsOf("flip", ...extents)).toEqual([
      { left: 6, top: 2, mirror: false },
      { left: 6, top: 2, mirror: true },
    ]);
  });
});
