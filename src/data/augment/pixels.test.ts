import { describe, expect, it } from "vitest";
import { cropPixels, flipHorizontally, flipVertically, greyOf } from "./pixels.js";

// Two rows of three pixels; the channels of pixel n are n, 10 + n, 20 + n.
const data = Uint8Array.from([0, 1, 2, 3, 4, 5].flatMap((n) => [n, 10 + n, 20 + n]));
const image = { data, height: 2, width: 3, channels: 3 };
const reds = (pixels: { data: Uint8Array }) => [...pixels.data].filter((_, i) => i % 3 === 0);

describe("pixels", () => {
  it("flip, all channels of a pixel together", () => {
    expect(reds(flipHorizontally(image))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(reds(flipVertically(image))).toEqual([3, 4, 5, 0, 1, 2]);
    expect([...flipHorizontally(image).data.subarray(0, 3)]).toEqual([2, 12, 22]);
  });

  it("are cut out, with black outside", () => {
    expect(reds(cropPixels(image, 1, 0, 2, 2))).toEqual([1, 2, 4, 5]);
    expect(reds(cropPixels(image, -1, -1, 3, 2))).toEqual([0, 0, 0, 0, 0, 1]);
    expect(reds(cropPixels(image, 5, 0, 2, 2))).toEqual([0, 0, 0, 0]);
  });

  it("are as grey as PIL finds them", () => {
    const colours = { data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255), height: 1, width: 3, channels: 3 };
    expect([...greyOf(colours)]).toEqual([76, 150, 29]); // Image.convert("L")
  });
});
