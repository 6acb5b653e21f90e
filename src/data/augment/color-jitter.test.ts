import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import { jitterColors } from "./color-jitter.js";
import { brightness } from "./enhance.js";

const image = { data: Uint8Array.of(100, 50, 20, 10, 200, 90), height: 1, width: 2, channels: 3 };
const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };

describe("jitterColors", () => {
  it("changes nothing where nothing is asked", () => {
    expect(jitterColors(image, new Random(1), none)).toBe(image);
  });

  it("draws brightness from 1 − b to 1 + b, never below 0", () => {
    const factors = Array.from({ length: 400 }, (_, i) => {
      const grey = { data: Uint8Array.of(100), height: 1, width: 1, channels: 1 };
      return jitterColors(grey, new Random(i), { ...none, brightness: 0.4 }).data[0]! / 100;
    });
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.59);
    expect(Math.min(...factors)).toBeLessThan(0.63);
    expect(Math.max(...factors)).toBeGreaterThan(1.37);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.4);
    const wild = Array.from({ length: 50 }, (_, i) => jitterColors(image, new Random(i), { ...none, brightness: 9 }));
    const reached = new Set(wild.map(({ data }) => data.join()));
    expect(reached.has(brightness(image, 20).data.join())).toBe(false); // 10 is the most
    expect(reached.size).toBeGreaterThan(20);
  });

  it("applies them in random order: contrast and brightness do not commute", () => {
    const both = { ...none, brightness: 0.9, contrast: 0.9 };
    const results = new Set(Array.from({ length: 50 }, (_, i) => jitterColors(image, new Random(i), both).data.join()));
    expect(results.size).toBeGreaterThan(40);
  });
});
