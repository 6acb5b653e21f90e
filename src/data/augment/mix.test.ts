import { describe, expect, it } from "vitest";
import { Random } from "../../random.js";
import type { Batch } from "../batch.js";
import { checkMix, mixBatch } from "./mix.js";

const geometry = { channels: 2, height: 6, width: 5 };
const length = 60;

/** Image n of `size` is filled with n + 1. */
function batchOf(size: number): Batch {
  return {
    x: Float32Array.from({ length: size * length }, (_, i) => Math.floor(i / length) + 1),
    y: BigInt64Array.from({ length: size }, (_, n) => BigInt(n)),
    indices: Uint32Array.from({ length: size }, (_, n) => n),
    size,
  };
}

describe("mixBatch", () => {
  it.each([4, 5, 1])("adds each of %i images to its counterpart by the weight it names", (size) => {
    const { x, y, y2, mix } = mixBatch(batchOf(size), geometry, new Random(1), { mixup: 0.8 });
    expect([...y2!]).toEqual([...y].reverse());
    expect(new Set(mix).size).toBe(1);
    const weight = mix![0]!;
    expect(weight > 0 && weight < 1).toBe(true);
    for (let n = 0; n < size; n++) {
      for (let i = 0; i < length; i++) {
        expect(x[n * length + i]).toBeCloseTo((n + 1) * weight + (size - n) * (1 - weight), 5);
      }
    }
  });

  it("pastes a rectangle of the counterpart, with the weight of the area that is left", () => {
    for (let seed = 0; seed < 30; seed++) {
      const { x, mix } = mixBatch(batchOf(2), geometry, new Random(seed), { cutmix: 1 });
      for (const n of [0, 1]) {
        const image = [...x.subarray(n * length, (n + 1) * length)];
        const own = image.filter((value) => value === n + 1).length;
        expect(image.filter((value) => value === 2 - n).length).toBe(length - own);
        expect(mix![n]).toBeCloseTo(own / length, 6);
        expect(image.slice(0, 30)).toEqual(image.slice(30)); // the same place in every channel
      }
    }
  });

  it("leaves a batch as it is with weight 1 where it is not mixed", () => {
    const batch = batchOf(3);
    const before = [...batch.x];
    const { x, mix } = mixBatch(batch, geometry, new Random(1), { mixup: 1, probability: 0 });
    expect([[...x], [...mix!]]).toEqual([before, [1, 1, 1]]);
  });

  it("switches between the two where both are on", () => {
    const cut = Array.from({ length: 200 }, (_, seed) => {
      const how = { mixup: 0.8, cutmix: 1, probability: 1, switchProbability: 0.5 };
      const { x } = mixBatch(batchOf(2), geometry, new Random(seed), how);
      return x.every((value) => value === 1 || value === 2);
    }).filter(Boolean).length;
    expect(cut).toBeGreaterThan(75);
    expect(cut).toBeLessThan(125);
  });
});

describe("checkMix", () => {
  it("refuses what is out of range", () => {
    expect(() => checkMix({ mixup: -1 })).toThrow("batches: got mix.mixup -1; expected a number from 0");
    expect(() => checkMix({ cutmix: 1, probability: 2 })).toThrow("batches: got mix.probability 2; expected 0 to 1");
    checkMix({ mixup: 0.2, cutmix: 1 });
  });
});
