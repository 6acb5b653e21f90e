import { describe, expect, it } from "vitest";
import { preprocess } from "./preprocess.js";
import type { Preprocessing } from "./preprocessing.js";

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const small: Preprocessing = { height: 2, width: 2, resize: 2, interpolation: "bilinear", ...imagenet };

describe("preprocess", () => {
  it("normalises channel after channel", () => {
    const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 51, 102, 153);
    const x = preprocess({ data, height: 2, width: 2, channels: 3 }, small);
    const { fround } = Math; // single precision, as torchvision computes it
    const at = (byte: number, c: number) =>
      fround(fround(fround(byte / 255) - fround(imagenet.mean[c]!)) / fround(imagenet.std[c]!));
    expect([...x]).toEqual([
      ...[255, 0, 0, 51].map((byte) => at(byte, 0)),
      ...[0, 255, 0, 102].map((byte) => at(byte, 1)),
      ...[0, 0, 255, 153].map((byte) => at(byte, 2)),
    ]);
  });

  it("takes grey for colour, drops alpha, and gives grey where the network takes that", () => {
    const rgba = Uint8Array.of(10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255, 1, 2, 3, 4);
    const rgb = rgba.filter((_, i) => i % 4 < 3);
    const size = { height: 2, width: 2 };
    expect(preprocess({ data: rgba, ...size, channels: 4 }, small)).toEqual(
      preprocess({ data: rgb, ...size, channels: 3 }, small),
    );
    const grey = Uint8Array.of(18, 48, 78, 2); // PIL's luma of the four
    const asGrey = { ...small, mean: [0.5], std: [0.25] };
    const x = preprocess({ data: grey, ...size, channels: 1 }, asGrey);
    expect(preprocess({ data: rgba, ...size, channels: 4 }, asGrey)).toEqual(x);
    expect(
      preprocess({ data: grey, ...size, channels: 1 }, { ...small, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }),
    ).toEqual(Float32Array.of(...x, ...x, ...x));
  });

  it("says what is wrong", () => {
    const image = { data: new Uint8Array(3), height: 1, width: 1, channels: 3 };
    expect(() => preprocess(image, { ...small, resize: 0.5 })).toThrow(
      "preprocessing: got resize 0.5; expected whole numbers of pixels from 1",
    );
    expect(() => preprocess(image, { ...small, resize: [3, 0] })).toThrow(
      "preprocessing: got resize 3x0; expected whole numbers of pixels from 1",
    );
    expect(() => preprocess(image, { ...small, mean: [0, 0] })).toThrow("preprocessing: got 2 means and 3 stds");
    expect(() => preprocess({ ...image, height: 2 }, small)).toThrow("preprocess: got 3 bytes; expected 6, [2, 1, 3]");
  });
});
