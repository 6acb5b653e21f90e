import { describe, expect, it } from "vitest";
import type { NamedBytes } from "../files/named-bytes.js";
import { parseMnist } from "./mnist.js";

const images = (length: number, ...pixels: number[]): NamedBytes => ({
  source: "images",
  bytes: Uint8Array.of(0, 0, 8, 3, 0, 0, 0, length, 0, 0, 0, 1, 0, 0, 0, 2, ...pixels),
});
const labels = (...values: number[]): NamedBytes => ({
  source: "labels",
  bytes: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, values.length, ...values),
});

describe("parseMnist", () => {
  it("joins images and labels", () => {
    expect(parseMnist(images(2, 1, 2, 3, 4), labels(1, 0), ["a", "b"])).toEqual({
      images: Uint8Array.of(1, 2, 3, 4),
      labels: Uint8Array.of(1, 0),
      length: 2,
      channels: 1,
      height: 1,
      width: 2,
    });
  });

  it("refuses counts that differ, no images, and labels out of range", () => {
    expect(() => parseMnist(images(2, 1, 2, 3, 4), labels(1), ["a", "b"])).toThrow(
      "labels: got 1 labels for the 2 images of images; expected one label each",
    );
    expect(() => parseMnist(images(0), labels(), ["a"])).toThrow(
      "images: got no images (0 × 1 × 2); expected at least one",
    );
    expect(() => parseMnist(images(2, 1, 2, 3, 4), labels(0, 2), ["a", "b"])).toThrow(
      "labels: got label 2 in record 1; expected 0 to 1; is it another dataset's file?",
    );
  });
});
