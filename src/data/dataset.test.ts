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
