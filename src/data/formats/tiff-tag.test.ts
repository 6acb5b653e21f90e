import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeWhole } from "../node/decode/decode.js";
import { tiffTag, tiffTags } from "./tiff-tag.js";

const image = sharp({ create: { width: 5, height: 3, channels: 3, background: "#408020" } });

/** The same file with another number under a tag. */
function patched(bytes: Uint8Array, tag: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0, at = directory + 2; i < view.getUint16(directory, true); i++, at += 12) {
    if (view.getUint16(at, true) === tag) view.setUint16(at + 8, value, true);
  }
  return copy;
}

describe("tiffTag", () => {
  it("reads the first directory", async () => {
    const plain = await image.tiff({ compression: "none" }).toBuffer();
    const packed = await image.tiff({ compression: "lzw" }).toBuffer();
    expect([plain, packed].map((bytes) => tiffTag(bytes, tiffTags.compression))).toEqual([1, 5]);
    expect(tiffTag(plain, tiffTags.photometric)).toBe(2);
    expect(tiffTag(plain, 60_000)).toBeUndefined();
  });

  it("finds nothing in what is cut short or is none", async () => {
    const plain = await image.tiff({ compression: "none" }).toBuffer();
    for (const bytes of [
      new Uint8Array(0),
      plain.subarray(0, 7),
      plain.subarray(0, 9),
      Uint8Array.of(0x49, 0x49, 43),
    ]) {
      expect(tiffTag(bytes, tiffTags.photometric)).toBeUndefined();
    }
  });
});

describe("a TIFF of luminance and colour differences", () => {
  it("is refused where it is no JPEG inside, for the decoder takes its numbers for red, green and blue", async () => {
    const plain = await image.tiff({ compression: "none" }).toBuffer();
    const strange = patched(plain, tiffTags.photometric, 6);
    expect([...(await decodeWhole(plain, 3)).data.subarray(0, 3)]).toEqual([0x40, 0x80, 0x20]);
    await expect(decodeWhole(strange, 3)).rejects.toThrow("a TIFF in YCbCr is read as JPEG inside alone");
    const jpeg = await image.tiff({ compression: "jpeg", quality: 95 }).toBuffer();
    expect((await decodeWhole(jpeg, 3)).width).toBe(5);
  });
});
