import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import { defaultCrop } from "./augmentation.js";
import { randomWindow } from "./window.js";

describe("randomWindow", () => {
  it("stays inside, with area and shape in range", () => {
    const random = new Random(1);
    const [areas, shapes] = [[] as number[], [] as number[]];
    for (let i = 0; i < 2000; i++) {
      const { left, top, width, height } = randomWindow({ width: 500, height: 375 }, random, defaultCrop);
      expect(left >= 0 && top >= 0 && left + width <= 500 && top + height <= 375).toBe(true);
      areas.push((width * height) / (500 * 375));
      shapes.push(width / height);
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.078);
    expect(Math.min(...areas)).toBeLessThan(0.09);
    expect(Math.max(...areas)).toBeGreaterThan(0.95);
    expect(Math.min(...shapes)).toBeGreaterThan(0.74);
    expect(Math.max(...shapes)).toBeLessThan(1.35);
  });

  it("is wide as often as high in a square image", () => {
    const random = new Random(1);
    const logs = Array.from({ length: 2000 }, () => {
      const { width, height } = randomWindow({ width: 400, height: 400 }, random, defaultCrop);
      return Math.log(width / height);
    });
    expect(Math.abs(logs.reduce((sum, log) => sum + log, 0) / logs.length)).toBeLessThan(0.015); // 4 standard errors
  });

  it("takes the middle of an image too narrow for any shape in range", () => {
    const window = randomWindow({ width: 10, height: 1000 }, new Random(1), { ...defaultCrop, scale: [0.9, 1] });
    expect(window).toEqual({ left: 0, top: 493, width: 10, height: 13, interpolation: "bilinear" });
    const pixel = randomWindow({ width: 1, height: 1 }, new Random(1), defaultCrop);
    expect(pixel).toEqual({ left: 0, top: 0, width: 1, height: 1, interpolation: "bilinear" });
  });

  it("draws the interpolation where told to", () => {
    const random = new Random(1);
    const crop = { ...defaultCrop, interpolation: "random" } as const;
    const drawn = Array.from({ length: 100 }, () => randomWindow({ width: 9, height: 9 }, random, crop).interpolation);
    expect(drawn.filter((name) => name === "bicubic").length).toBeGreaterThan(30);
    expect(drawn.filter((name) => name === "bilinear").length).toBeGreaterThan(30);
  });
});
