import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import { defaultErasing } from "./augmentation.js";
import { eraseRandomly } from "./random-erasing.js";

const geometry = { channels: 3, height: 40, width: 30 };
const plane = 40 * 30;

function erased(seed: number, how: Partial<typeof defaultErasing>): Float32Array {
  const image = new Float32Array(3 * plane).fill(7);
  eraseRandomly(image, geometry, new Random(seed), { ...defaultErasing, probability: 1, ...how });
  return image;
}

describe("eraseRandomly", () => {
  it("sets a rectangle of 2 to 33 percent to zero in all channels", () => {
    const shares = Array.from({ length: 200 }, (_, seed) => {
      const image = erased(seed, { mode: "const" });
      const places = [...image.subarray(0, plane).keys()].filter((i) => image[i] === 0);
      for (const c of [1, 2]) expect(places.every((i) => image[c * plane + i] === 0)).toBe(true);
      const [rows, columns] = [new Set(places.map((i) => Math.floor(i / 30))), new Set(places.map((i) => i % 30))];
      expect(rows.size * columns.size).toBe(places.length); // one rectangle
      return places.length / plane;
    });
    expect(Math.min(...shares)).toBeGreaterThan(0.015);
    expect(Math.max(...shares)).toBeLessThan(0.35);
  });

  it("fills with one number per channel, or with noise of mean 0 and variance 1", () => {
    const rand = erased(1, { mode: "rand" });
    expect(new Set(rand).size).toBe(4); // 7 and one per channel
    const noise = Array.from({ length: 50 }, (_, seed) => [...erased(seed, { mode: "pixel" })]).flat();
    const drawn = noise.filter((value) => value !== 7);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length - mean ** 2;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it("erases with the probability it is given", () => {
    const hits = Array.from({ length: 400 }, (_, seed) =>
      erased(seed, { mode: "const", probability: 0.25 }).includes(0),
    );
    expect(hits.filter(Boolean).length).toBeGreaterThan(70);
    expect(hits.filter(Boolean).length).toBeLessThan(130);
  });
});
