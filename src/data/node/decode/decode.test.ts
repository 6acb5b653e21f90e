import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { Random } from "../../../random.js";
import { cropPixels, luma, type Pixels } from "../../augment/pixels.js";
import { resize } from "../../augment/resize.js";
import type { Extent } from "../../augment/window.js";
import { decode, decodeWhole } from "./decode.js";

interface Case {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly file: string;
  readonly pixels: string;
}

const cases = JSON.parse(
  readFileSync(new URL("../../../../tests/goldens/images.json", import.meta.url), "utf8"),
) as readonly Case[];
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));

/** The whole image in its own size. */
function whole(file: Uint8Array, channels: number, size: Extent): Promise<Pixels> {
  return decode(file, channels, size, (extent) => {
    expect(extent).toEqual({ width: size.width, height: size.height });
    return { kind: "window", window: { left: 0, top: 0, ...extent, interpolation: "bilinear" } };
  });
}

/** The largest and the mean difference of two lists of bytes. */
function difference(a: Uint8Array, b: Uint8Array): { most: number; mean: number } {
  expect(a.length).toBe(b.length);
  const gaps = Array.from(a, (byte, i) => Math.abs(byte - b[i]!));
  return {
    most: gaps.reduce((most, gap) => Math.max(most, gap), 0),
    mean: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
  };
}

describe("decode", () => {
  it.each(cases.map((one) => [one.name, one] as const))("gives PIL's pixels of %s", async (_, one) => {
    const { width, height } = one;
    const image = await whole(bytes(one.file), 3, { width, height });
    const { most } = difference(image.data, bytes(one.pixels));
    expect({ width: image.width, height: image.height, channels: image.channels }).toEqual({
      width,
      height,
      channels: 3,
    });
    expect(most).toBe(0);
  });

  it("gives the grey of a colour image as PIL weighs it, and of a grey one its own", async () => {
    const one = cases.find(({ name }) => name === "png")!;
    const rgb = bytes(one.pixels);
    const { data } = await whole(bytes(one.file), 1, one);
    expect([...data.subarray(0, 50)]).toEqual(
      Array.from({ length: 50 }, (_, i) => luma(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!)),
    );
    const grey = cases.find(({ name }) => name === "png grey")!;
    const own = await whole(bytes(grey.file), 1, grey);
    expect([...own.data]).toEqual([...bytes(grey.pixels)].filter((_, i) => i % 3 === 0));
  });

  it("clips 16-bit grey as PIL does, and reads AVIF", async () => {
    const values = Uint16Array.from({ length: 64 }, (_, i) => i * 5);
    const deep = await sharp(values, { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    const { data } = await whole(deep, 1, { width: 8, height: 8 });
    expect([...data]).toEqual(Array.from(values, (value) => Math.min(255, value)));
    const flat = { create: { width: 8, height: 8, channels: 3, background: { r: 200, g: 100, b: 50 } } } as const;
    const avif = await whole(await sharp(flat).avif({ quality: 90 }).toBuffer(), 3, { width: 8, height: 8 });
    expect(difference(avif.data.subarray(0, 3), Uint8Array.of(200, 100, 50)).most).toBeLessThan(4);
  });

  it.each(["bilinear", "bicubic"] as const)(
    "resizes windows of small images as PIL does, to the byte, %s",
    async (interpolation) => {
      const one = cases.find(({ name }) => name === "png")!;
      const image = { data: bytes(one.pixels), width: one.width, height: one.height, channels: 3 };
      for (const [left, top, width, height] of [
        [3, 5, 30, 17],
        [0, 0, 40, 24],
        [30, 4, 6, 6],
      ] as const) {
        const window = { left, top, width, height, interpolation };
        const { data } = await decode(bytes(one.file), 3, { width: 16, height: 16 }, () => ({
          kind: "window",
          window,
        }));
        const expected = resize(cropPixels(image, left, top, width, height), 16, 16, interpolation);
        expect(difference(data, expected.data).most).toBe(0);
      }
      const crop = { resized: { width: 20, height: 12 }, part: { left: 5, top: 1, width: 10, height: 10 }, fill: [] };
      const part = { kind: "crop", crop, interpolation } as const;
      const { data } = await decode(bytes(one.file), 3, { width: 10, height: 10 }, () => part);
      expect(difference(data, cropPixels(resize(image, 20, 12, interpolation), 5, 1, 10, 10).data).most).toBe(0);
    },
  );

  it.each(["bilinear", "bicubic"] as const)(
    "resizes windows of large ones within three levels where they shrink, half a level on the whole, %s",
    async (interpolation) => {
      const [width, height] = [500, 375];
      const close = ({ most, mean }: { most: number; mean: number }) => most <= 3 && mean < 0.6;
      const data = Uint8Array.from(
        { length: width * height * 3 },
        (_, i) => 128 + 100 * Math.sin(i / 7) * Math.cos(i / 1500),
      );
      const image = { data, width, height, channels: 3 };
      const file = await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
      const crop = {
        resized: { width: 341, height: 256 },
        part: { left: 58, top: 16, width: 224, height: 224 },
        fill: [],
      };
      const middle = await decode(file, 3, { width: 224, height: 224 }, () => ({ kind: "crop", crop, interpolation }));
      const whole = resize(image, 341, 256, interpolation);
      expect(difference(middle.data, cropPixels(whole, 58, 16, 224, 224).data).most).toBe(0); // testing is exact
      const window = { left: 40, top: 30, width: 400, height: 300, interpolation };
      const shrunk = await decode(file, 3, { width: 224, height: 224 }, () => ({ kind: "window", window }));
      const expected = resize(cropPixels(image, 40, 30, 400, 300), 224, 224, interpolation);
      expect(close(difference(shrunk.data, expected.data))).toBe(true);
    },
  );

  it("gives the same window of a large JPEG whether the decoder shrinks it or not", async () => {
    const pixels = Uint8Array.from({ length: 640 * 480 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 640, Math.floor(i / 1920)];
      return 128 + 100 * Math.sin(x / 40 + (i % 3)) * Math.cos(y / 30);
    });
    const raw = { raw: { width: 640, height: 480, channels: 3 } } as const;
    const [jpeg, png] = [sharp(pixels, raw).jpeg({ quality: 95 }), sharp(pixels, raw).png()];
    const window = { left: 125, top: 95, width: 500, height: 380, interpolation: "bilinear" } as const;
    const [a, b] = await Promise.all(
      [jpeg, png].map(async (image) =>
        decode(await image.toBuffer(), 3, { width: 112, height: 96 }, () => ({ kind: "window", window })),
      ),
    );
    const { most, mean } = difference(a!.data, b!.data);
    expect(mean).toBeLessThan(2); // a third of a pixel's move at the far edge, where a pixel is up to 11 levels
    expect(most).toBeLessThan(12);
  });

  it("refuses what is no image, and one that is cut short, wherever the window lies", async () => {
    const size = { width: 16, height: 16 };
    const top = { left: 0, top: 0, width: 100, height: 20, interpolation: "bilinear" } as const;
    const decodeTop = (file: Uint8Array) => decode(file, 3, size, () => ({ kind: "window", window: top }));
    await expect(decodeTop(Uint8Array.of(1, 2, 3))).rejects.toThrow(
      "no image (JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM)",
    );
    const noise = Uint8Array.from({ length: 400 * 400 * 3 }, (_, i) => (i * 7 + (i >> 5) * 13) % 256);
    for (const kind of ["jpeg", "png", "webp", "gif", "avif", "tiff"] as const) {
      const file = await sharp(noise, { raw: { width: 400, height: 400, channels: 3 } })
        .toFormat(kind, { effort: 1 })
        .toBuffer();
      expect((await decodeTop(file)).data).toHaveLength(768);
      for (const part of [0.3, 0.9]) {
        await expect(decodeTop(file.subarray(0, file.length * part)), kind).rejects.toThrow();
      }
    }
  });

  it.each([
    ["SVG", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "SVG or XML, no image"],
    ["SVG behind a comment", '<!-- x --><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "no image"],
    ["XML", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG or XML, no image"],
    ["a web page", "\n<!DOCTYPE html><html></html>", "a web page, no image"],
    ["PDF", "%PDF-1.7\n", "PDF, no image"],
    ["HEIC", "\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC, no image"],
    ["JPEG XL", "\xff\x0a\0\0", "JPEG XL, no image"],
    ["nothing", "", "an empty file"],
  ])("keeps %s from every decoder", async (_, text, message) => {
    await expect(decodeWhole(Buffer.from(text, "latin1"), 3)).rejects.toThrow(message);
  });

  it("refuses small files that claim many pixels before anything is made", async () => {
    const wide = (head: string) => Buffer.from(head, "latin1");
    const gif = "GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x01\x44\0;";
    const bmp = `BM${"\0".repeat(12)}(\0\0\0\xff\xff\0\0\xff\xff\0\0\x01\0\x18\0${"\0".repeat(24)}`;
    for (const file of [gif, bmp, "P6 65535 65535 255\n"]) {
      await expect(decodeWhole(wide(file), 3)).rejects.toThrow(/65535 × 65535 pixels, where 1 to 178956970 are read/);
    }
    await expect(decodeWhole(wide("P6 9999 9999 255\n"), 3)).rejects.toThrow("the file is cut short");
    const flat = sharp({ create: { width: 14000, height: 13000, channels: 3, background: "teal" } });
    await expect(decodeWhole(await flat.png({ compressionLevel: 1 }).toBuffer(), 3)).rejects.toThrow(/pixel limit/);
  });

  it("gives an image or an error in words for damaged files of our own decoders, whatever the damage", async () => {
    const random = new Random(1, "damage");
    for (const { file, name } of cases.filter(({ name }) => /^(gif|bmp|p[bgp]m)/.test(name))) {
      for (let n = 0; n < 40; n++) {
        const damaged = bytes(file);
        for (let k = 0; k < 3; k++) damaged[random.below(Math.min(damaged.length, 200))] = random.below(256);
        const cut = damaged.subarray(0, n % 4 === 0 ? random.below(damaged.length) : damaged.length);
        const found = await decodeWhole(cut, 3).catch((error: Error) => error);
        if (found instanceof Error) expect(found.constructor, `${name}: ${found.message}`).toBe(Error);
        else expect(found.data).toHaveLength(found.width * found.height * 3);
      }
    }
  });
});
