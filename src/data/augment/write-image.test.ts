import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import { drawVariation, imageWriter, normalisationTable, unchanged, type Variation } from "./write-image.js";

// Image 1 of two, two channels of 2 × 3:
//   1 2 3     11 12 13
//   4 5 6     14 15 16
const geometry = { channels: 2, height: 2, width: 3 };
const images = Uint8Array.from([...new Array<number>(12).fill(99), 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16]);
// (byte / 255 − 0) / (1 / 255) is the byte itself in channel 0, and (byte − 51) / 2 in channel 1.
const statistics = { mean: [0, 0.2], std: [1 / 255, 2 / 255] };

/** Both channels as bytes again, so that a case reads as the picture it is. */
function varied(variation: Partial<Variation>): number[][] {
  const target = new Float32Array(3 * 12).fill(Number.NaN);
  imageWriter(images, geometry, statistics)(target, 1, 1, { ...unchanged, ...variation });
  const numbers = target.slice();
  imageWriter(
    Float32Array.from(images, (byte) => byte / 255),
    geometry,
    statistics,
  )(numbers, 1, 1, {
    ...unchanged,
    ...variation,
  });
  expect(numbers).toEqual(target); // to the bit
  expect(target.subarray(0, 12).every(Number.isNaN) && target.subarray(24).every(Number.isNaN)).toBe(true);
  const pixels = Array.from(target.subarray(12, 24), (value, i) => Math.round(i < 6 ? value : value * 2 + 51));
  return [0, 3, 6, 9].map((start) => pixels.slice(start, start + 3));
}

describe("normalisationTable", () => {
  it("is (byte / 255 − mean) / std for each byte of each channel", () => {
    const values = normalisationTable({ mean: [0.5, 0.25], std: [0.25, 0.5] });
    expect(values).toHaveLength(512);
    expect([values[0], values[255], values[256], values[511]]).toEqual([-2, 2, -0.5, 1.5]);
    expect(values[256 + 51]).toBeCloseTo((0.2 - 0.25) / 0.5, 6);
  });

  it.each([
    ["ImageNet", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], "1d8b9af12b7b3918"],
    ["one half", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5], "59e92db758d185f3"],
    ["CIFAR-10", [0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.201], "7724f199fd719d61"],
  ])("has the bits of torchvision's ToTensor and Normalize: %s", (_, mean, std, sha256) => {
    const bytes = new Uint8Array(normalisationTable({ mean, std }).buffer);
    expect(createHash("sha256").update(bytes).digest("hex").slice(0, 16)).toBe(sha256); // torchvision 0.14
  });

  it("refuses a channel that never varies", () => {
    expect(() => normalisationTable({ mean: [0.5, 0], std: [0.25, 0] })).toThrow(
      "normalisationTable: got std 0 for channel 1; expected a number above 0",
    );
  });
});

describe("imageWriter", () => {
  it("writes the image as it is into its slot and nowhere else", () => {
    expect(varied({})).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [11, 12, 13],
      [14, 15, 16],
    ]);
  });

  it("shifts the window right and down, with black where it leaves the image", () => {
    expect(varied({ dx: 1, dy: 1 })).toEqual([
      [5, 6, 0],
      [0, 0, 0],
      [15, 16, 0],
      [0, 0, 0],
    ]);
  });

  it("shifts the window left and up", () => {
    expect(varied({ dx: -2, dy: -1 })).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 11],
    ]);
  });

  it("mirrors what the window shows", () => {
    expect(varied({ dx: 1, mirror: true })).toEqual([
      [0, 3, 2],
      [0, 6, 5],
      [0, 13, 12],
      [0, 16, 15],
    ]);
    expect(varied({ dx: -1, mirror: true })[0]).toEqual([2, 1, 0]);
  });

  it("turns upside down what the window shows", () => {
    expect(varied({ dy: 1, upend: true })).toEqual([
      [0, 0, 0],
      [4, 5, 6],
      [0, 0, 0],
      [14, 15, 16],
    ]);
  });

  it("is black where the window leaves the image altogether", () => {
    for (const shift of [{ dx: 3 }, { dx: -4 }, { dy: 2 }, { dy: -5 }, { dx: 9, dy: 9, mirror: true }]) {
      expect(varied(shift).flat()).toEqual(new Array(12).fill(0));
    }
  });
});

describe("drawVariation", () => {
  it("draws every shift from −pad to pad and the mirror half of the time, independently", () => {
    const counts = new Map<string, number>();
    const n = 36_000;
    for (let index = 0; index < n; index++) {
      const { dx, dy, mirror } = drawVariation(new Random(1, "augment", 0, index), { flip: true, pad: 1 });
      const key = `${dx} ${dy} ${mirror}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(18);
    const expected = n / 18;
    // 17 degrees of freedom: chi² passes 50 four times in 100,000.
    expect([...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(50);
  });

  it("leaves the image alone where neither is asked for", () => {
    const random = new Random(2);
    for (let i = 0; i < 50; i++) expect(drawVariation(random, { flip: false, pad: 0 })).toEqual(unchanged);
  });
});
