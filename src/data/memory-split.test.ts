import { describe, expect, it } from "vitest";
import { Random } from "../random.js";
import type { Batch } from "./batch.js";
import { batchesOf, memorySplit } from "./memory-split.js";
import { type BatchOptions, countBatches } from "./split.js";

// Ten images of 4 × 4 random bytes; image i has label i.
const random = new Random(1);
const length = 10;
const set = {
  images: Uint8Array.from({ length: length * 16 }, () => random.below(256)),
  labels: Uint8Array.from({ length }, (_, i) => i),
  length,
};
const like = { channels: 1, height: 4, width: 4, mean: [0.5], std: [0.25] };
const all = (options: BatchOptions): Batch[] => [...batchesOf(set, like, options)];
const split = memorySplit(set, like);

/** Image of the split -> its pixels as the batches hold them. */
function byImage(list: readonly Batch[]): Map<number, number[]> {
  const pixels = list.flatMap(({ x, indices }) =>
    Array.from(indices, (index, slot) => [index, [...x.subarray(slot * 16, slot * 16 + 16)]] as [number, number[]]),
  );
  return new Map(pixels.sort(([a], [b]) => a - b));
}

describe("memorySplit", () => {
  it("holds normalised pixels, labels and indices in order", () => {
    const list = all({ batch: 4 });
    expect(list.map(({ size }) => size)).toEqual([4, 4, 2]);
    expect(list.flatMap(({ indices }) => [...indices])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(list.flatMap(({ y }) => [...y])).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
    expect(list[2]!.x).toHaveLength(2 * 16);
    expect(list[1]!.x[5]).toBeCloseTo((set.images[4 * 16 + 5]! / 255 - 0.5) / 0.25, 5);
  });

  it("normalises with the mean and std of the pass where it names some", async () => {
    const statistics = { mean: [0], std: [1 / 255] };
    const { value } = await split.batches({ batch: 10, statistics }).next();
    expect([...value!.x].map(Math.round)).toEqual([...set.images]);
  });

  it("deals batches to processes, each as it is in the whole pass", () => {
    const options = { batch: 3, shuffle: true, seed: 4 };
    const parts = [0, 1, 2].map((start) => all({ ...options, start, every: 3 }));
    expect(parts.map((list) => list.length)).toEqual([2, 1, 1]);
    const whole = all(options);
    expect([parts[0]![0], parts[1]![0], parts[2]![0], parts[0]![1]]).toEqual(whole);
  });

  it.each([2, 3, 4])("deals the images of each batch to %i processes, each once and varied alike", (size) => {
    const augment = { flip: true, pad: 1 };
    const options = { batch: 8, shuffle: true, seed: 5, epoch: 2, augment, dropLast: true };
    const parts = Array.from({ length: size }, (_, rank) => all({ ...options, share: { rank, size } }));
    expect(parts.map(([batch]) => batch!.size)).toEqual({ 2: [4, 4], 3: [2, 3, 3], 4: [2, 2, 2, 2] }[size]);
    expect(byImage(parts.flat())).toEqual(byImage(all(options)));
  });

  it("mixes the images of a batch on every process as on one", () => {
    const mix = { mixup: 0.8, cutmix: 1 };
    for (let seed = 0; seed < 8; seed++) {
      const options = { batch: 8, shuffle: true, seed, dropLast: true, mix };
      const [whole] = all(options);
      const parts = [0, 1].map((rank) => all({ ...options, share: { rank, size: 2 } })[0]!);
      expect(byImage(parts)).toEqual(byImage([whole!]));
      expect(parts.map((part) => part.mix![0])).toEqual([whole!.mix![0], whole!.mix![0]]);
      const labels = ({ indices, y2 }: Batch) => Array.from(indices, (index, i) => [index, y2![i]] as const);
      expect(new Map(parts.flatMap(labels))).toEqual(new Map(labels(whole!)));
    }
  });

  it("visits each image exactly once per epoch, in an order of seed and epoch, its label with it", () => {
    const orders = [
      [1, 0],
      [1, 1],
      [2, 0],
    ].map(([seed, epoch]) => {
      const list = all({ batch: 3, shuffle: true, seed: seed!, epoch: epoch! });
      const order = list.flatMap(({ indices }) => [...indices]);
      expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(list.flatMap(({ y }) => [...y].map(Number))).toEqual(order);
      return order.join();
    });
    expect(new Set(orders).size).toBe(3);
  });

  it("gives the same bytes for the same options, and others for another epoch or seed", () => {
    const options = { batch: 4, shuffle: true, augment: { flip: true, pad: 1 }, seed: 3, epoch: 5 };
    expect(all(options)).toEqual(all(options));
    expect(byImage(all({ ...options, epoch: 6 }))).not.toEqual(byImage(all(options)));
    expect(byImage(all({ ...options, seed: 4 }))).not.toEqual(byImage(all(options)));
  });

  it("varies an image alike whatever the batch size and the order", () => {
    const options = { augment: { flip: true, pad: 2 }, seed: 3, epoch: 5 };
    const expected = byImage(all({ ...options, batch: 3, shuffle: true }));
    expect(byImage(all({ ...options, batch: 10 }))).toEqual(expected);
    expect(expected).not.toEqual(byImage(all({ batch: 10 })));
  });

  it("resumes at a batch", () => {
    const options = { batch: 3, shuffle: true, augment: { flip: true, pad: 1 }, seed: 8 };
    expect(all({ ...options, start: 2 })).toEqual(all(options).slice(2));
    expect(all({ ...options, start: 4 })).toEqual([]);
  });

  it("drops the last partial batch where told to, and counts as many as it gives", () => {
    for (const batch of [1, 3, 5, 10]) {
      for (const dropLast of [false, true]) {
        const list = all({ batch, dropLast });
        expect(list).toHaveLength(countBatches(length, { batch, dropLast }));
        if (dropLast) expect(list.every(({ size }) => size === batch)).toBe(true);
      }
    }
    expect(countBatches(10, { batch: 3, dropLast: true })).toBe(3);
    expect(countBatches(10, { batch: 3 })).toBe(4);
  });

  it("gives each batch buffers of its own, so that they can be transferred", async () => {
    const seen: number[] = [];
    for await (const { x, y } of split.batches({ batch: 4 })) {
      structuredClone(x, { transfer: [x.buffer, y.buffer] });
      expect([x.length, y.length]).toEqual([0, 0]);
      seen.push(x.length);
    }
    expect(seen).toHaveLength(3);
  });

  it("refuses options out of range at the call", () => {
    expect(() => split.batches({ batch: 0 })).toThrow("batches: got batch 0; expected a whole number from 1");
    expect(() => split.batches({ batch: 2, epoch: 0.5 })).toThrow(
      "batches: got epoch 0.5; expected a whole number from 0",
    );
    expect(() => split.batches({ batch: 2, augment: { flip: true, pad: -1 } })).toThrow(
      "batches: got augment.pad -1; expected a whole number from 0",
    );
    expect(() => split.batches({ batch: 11, dropLast: true })).toThrow(
      "batches: got batch 11 for 10 images without the last partial batch, which leaves none; expected at most 10",
    );
  });
});

describe("an augmentation", () => {
  const options = { batch: 4, seed: 3, epoch: 5, shuffle: true };

  it("that does nothing more gives the same images on the long way", () => {
    const plain = all({ ...options, augment: { flip: true, pad: 2 } });
    const longer = { flip: true, pad: 2, colorJitter: { brightness: 0, contrast: 0, saturation: 0, hue: 0 } };
    expect(all({ ...options, augment: longer })).toEqual(plain);
  });

  it("of everything depends on seed, epoch and index alone, and resumes", () => {
    const augment = {
      flip: true,
      pad: 1,
      randomResizedCrop: { scale: [0.3, 1], ratio: [0.75, 4 / 3], interpolation: "random" },
      verticalFlip: true,
      randAugment: "rand-m9-mstd0.5-inc1",
      colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
      randomErasing: { probability: 0.5, mode: "pixel", minArea: 0.02, maxArea: 0.3, minAspect: 0.3, count: 1 },
    } as const;
    const expected = byImage(all({ ...options, augment }));
    expect(byImage(all({ ...options, augment, batch: 3, shuffle: false }))).toEqual(expected);
    expect(byImage(all({ ...options, augment, epoch: 6 }))).not.toEqual(expected);
    const mixing = { ...options, augment, mix: { mixup: 0.8, cutmix: 1 } };
    const batches = all(mixing);
    expect(all({ ...mixing, start: 1 })).toEqual(batches.slice(1));
    expect(batches.every(({ y2, mix, size }) => y2?.length === size && mix?.length === size)).toBe(true);
  });

  it("of numbers gives what it gives of bytes, to the bit, where it needs no bytes", () => {
    const numbers = { ...set, images: Float32Array.from(set.images, (byte) => byte / 255) };
    const erasing = { probability: 0.5, mode: "pixel", minArea: 0.02, maxArea: 0.3, minAspect: 0.3, count: 1 } as const;
    for (const augment of [
      { flip: true, pad: 1 },
      { flip: true, pad: 0, verticalFlip: true, randomErasing: erasing },
    ]) {
      const given = { ...options, augment, mix: { mixup: 0.8, cutmix: 1 } };
      expect([...batchesOf(numbers, like, given)]).toEqual(all(given));
    }
    expect([...batchesOf(numbers, like, { batch: 4, views: "flip" })]).toEqual(all({ batch: 4, views: "flip" }));
    const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
    expect(() =>
      memorySplit(numbers, like).batches({ batch: 4, augment: { flip: true, pad: 0, colorJitter: jitter } }),
    ).toThrow("batches: got augment.colorJitter for images that are numbers; expected bytes for it, or none of it");
  });

  it("out of range is refused at the call", () => {
    const crop = { scale: [0, 1], ratio: [1, 1], interpolation: "bilinear" } as const;
    expect(() => split.batches({ batch: 2, augment: { flip: false, pad: 0, randomResizedCrop: crop } })).toThrow(
      "batches: got augment.scale 0,1; expected two shares above 0, up to 1",
    );
  });
});
