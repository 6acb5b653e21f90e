import { describe, expect, it } from "vitest";
import { defineDataset } from "./dataset.js";
import type { ImageSet } from "./image-set.js";

const set = (images: number[], labels: number[]): ImageSet => ({
  images: Uint8Array.from(images),
  labels: Uint8Array.from(labels),
  length: labels.length,
});
const parts = {
  name: "tiny",
  classes: ["a", "b"],
  channels: 1,
  height: 1,
  width: 2,
  train: set([0, 255, 10, 20], [0, 1]),
  test: set([1, 2], [1]),
  augment: { flip: false, pad: 0 },
};

describe("defineDataset", () => {
  it("measures mean and std on the whole training split, also where a limit applies", () => {
    const whole = defineDataset(parts);
    const short = defineDataset(parts, { trainLimit: 1 });
    expect(whole.mean).toEqual([(0 + 255 + 10 + 20) / 4 / 255]);
    expect(short.mean).toEqual(whole.mean);
    expect(short.std).toEqual(whole.std);
    expect(short.train).toMatchObject(set([0, 255], [0]));
    expect(short.test).toMatchObject(parts.test);
    expect(short.train.images.buffer.byteLength).toBe(2); // a copy: the rest can be freed
  });

  it("takes what there is where a limit is larger, and refuses one that is no number of images", () => {
    expect(defineDataset(parts, { trainLimit: 5 }).train.images).toBe(parts.train.images);
    expect(() => defineDataset(parts, { testLimit: 0 })).toThrow(
      "openDataset: got testLimit 0; expected a whole number of images from 1",
    );
  });

  it("takes numbers as it takes the bytes that they are 255ths of", async () => {
    const numbers = (of: ImageSet): ImageSet => ({ ...of, images: Float32Array.from(of.images, (byte) => byte / 255) });
    const own = { ...parts, train: numbers(parts.train), test: numbers(parts.test) };
    const [bytes, floats] = [defineDataset(parts), defineDataset(own, { trainLimit: 2 })];
    expect(floats.train.images).toBe(own.train.images); // not copied
    expect(floats.mean[0]).toBeCloseTo(bytes.mean[0]!, 6);
    expect(floats.std[0]).toBeCloseTo(bytes.std[0]!, 6);
    const [a, b] = await Promise.all(
      [bytes, floats].map(async ({ train }) => (await train.batches({ batch: 2 }).next()).value!.x),
    );
    a!.forEach((value, i) => {
      expect(b![i]).toBeCloseTo(value, 5);
    });
    const short = defineDataset(own, { trainLimit: 1 });
    expect([...short.train.images]).toEqual([0, 1]);
  });

  it("takes mean and std that are given, and then numbers of any range", async () => {
    const train = { ...parts.train, images: Float32Array.of(-2, 0, 2, 40) };
    const { mean, std, ...split } = defineDataset({ ...parts, train, test: train, mean: [1], std: [2] });
    expect([mean, std]).toEqual([[1], [2]]);
    expect([...(await split.train.batches({ batch: 2 }).next()).value!.x]).toEqual([-1.5, -0.5, 0.5, 19.5]);
    expect(defineDataset({ ...parts, mean: [0.5], std: [0.25] })).toMatchObject({ mean: [0.5], std: [0.25] });
    expect(() => defineDataset({ ...parts, mean: [0.5, 0.5, 0.5], std: [1] })).toThrow(
      "tiny: got 3 means and 1 stds; expected 1 of each, or none",
    );
  });

  it.each([
    [[0, 1, Number.NaN, 0], "tiny train: got NaN in image 1; expected finite numbers"],
    [[0, 255, 10, 20], "tiny train: got 255 in image 0; expected 0 to 1: divide bytes by 255, or give mean and std"],
    [[0, 1, 0], "tiny train: got 3 numbers; expected 4, 2 images of [1, 1, 2]"],
  ])("refuses the numbers %j", (images, message) => {
    const train = { ...parts.train, images: Float32Array.from(images) };
    expect(() => defineDataset({ ...parts, train })).toThrow(message);
  });

  it("refuses parts that do not agree", () => {
    const withTrain = (train: ImageSet) => () => defineDataset({ ...parts, train });
    expect(withTrain(set([], []))).toThrow("tiny train: got no images; expected at least one");
    expect(withTrain({ ...parts.train, labels: Uint8Array.of(1) })).toThrow(
      "tiny train: got 2 images but 1 labels; expected one label each",
    );
    expect(withTrain(set([1, 2, 3], [0, 1]))).toThrow("tiny train: got 3 bytes; expected 4, 2 images of [1, 1, 2]");
    expect(withTrain({ ...parts.train, labels: Int32Array.of(0, -1) })).toThrow(
      "tiny train: got label -1 in record 1; expected 0 to 1; is it another dataset's file?",
    );
  });
});
