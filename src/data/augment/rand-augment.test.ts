import { describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { Random } from "../../random.js";
import type { Pixels } from "./pixels.js";
import { parseRandAugment, randAugment } from "./rand-augment.js";

const random = new Random(1);
const image: Pixels = {
  data: Uint8Array.from({ length: 12 * 10 * 3 }, () => random.below(200)),
  height: 12,
  width: 10,
  channels: 3,
};
const fill = [124, 116, 104];

describe("parseRandAugment", () => {
  it("reads timm's notation with timm's defaults", () => {
    const plain = { layers: 2, magnitude: 10, deviation: 0, most: 10, probability: 0.5, increasing: false };
    expect(parseRandAugment("rand")).toEqual(plain);
    expect(parseRandAugment("rand-m9-mstd0.5-inc1")).toEqual({
      ...plain,
      magnitude: 9,
      deviation: 0.5,
      increasing: true,
    });
    expect(parseRandAugment("rand-m7-n3-p0.9-mmax8-mstd101")).toEqual({
      ...plain,
      magnitude: 7,
      layers: 3,
      probability: 0.9,
      most: 8,
      deviation: Number.POSITIVE_INFINITY,
    });
  });

  it.each(["augmix-m3", "rand-m9-x4", "rand-m", "rand-n0", "rand-m9,n2", ""])("refuses %j", (policy) => {
    expect(() => parseRandAugment(policy)).toThrow(UserError);
    expect(() => parseRandAugment(policy)).toThrow(/expected rand with settings such as m9/);
  });
});

describe("randAugment", () => {
  const policy = parseRandAugment("rand-m9-mstd0.5-inc1");

  it("gives the same image for the same stream, of the same size, and many different ones", () => {
    const results = Array.from({ length: 200 }, (_, i) => {
      const result = randAugment(image, new Random(i), policy, fill);
      expect(randAugment(image, new Random(i), policy, fill).data).toEqual(result.data);
      expect([result.width, result.height, result.data.length]).toEqual([10, 12, 360]);
      return result.data.join();
    });
    const unchanged = results.filter((text) => text === image.data.join()).length;
    expect(unchanged).toBeGreaterThan(20); // both operations left out: one in four
    expect(unchanged).toBeLessThan(90); // and what changes nothing here
    expect(new Set(results).size).toBeGreaterThan(90);
  });

  it("changes nothing with probability 0 and takes grey images", () => {
    expect(randAugment(image, new Random(1), { ...policy, probability: 0 }, fill)).toEqual(image);
    const grey = { ...image, data: image.data.subarray(0, 120), channels: 1 };
    for (let i = 0; i < 100; i++) {
      expect(randAugment(grey, new Random(i), { ...policy, probability: 1 }, [124]).data).toHaveLength(120);
    }
  });
});
