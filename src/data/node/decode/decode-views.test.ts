import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeViews } from "../../decode/decode-views.js";
import type { Decode } from "../../decode/framing.js";
import { decode } from "./decode.js";

interface Photo {
  readonly name: string;
  readonly short: number;
  readonly size: number;
  readonly parts: string;
}

const golden = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../tests/goldens/${name}.json`, import.meta.url), "utf8")) as unknown;
const { photo } = golden("evaluation") as { photo: Photo };
const file = (golden("images") as { name: string; file: string }[]).find(({ name }) => name === photo.name)!.file;
const bytes = Uint8Array.from(Buffer.from(file, "base64"));
const decoder: Decode = (channels, size, frame) => decode(bytes, channels, size, frame);
const how = {
  height: photo.size,
  width: photo.size,
  resize: photo.short,
  interpolation: "bicubic",
  mean: [0, 0, 0],
} as const;
const parts = Buffer.from(photo.parts, "base64");
const part = (n: number) => parts.subarray((n * parts.length) / 10, ((n + 1) * parts.length) / 10);

it("decodeViews gives torchvision's ten crops of a resized photo, byte for byte", async () => {
  const views = await decodeViews(decoder, how, "ten-crop");
  expect(views.map(({ width, height, channels }) => [width, height, channels])).toEqual(Array(10).fill([16, 16, 3]));
  for (const [n, { data }] of views.entries()) expect(Buffer.from(data).equals(part(n)), `part ${n}`).toBe(true);
});

it("decodeViews gives the middle and its mirror image", async () => {
  const [middle, mirrored, ...more] = await decodeViews(decoder, how, "flip");
  expect(more).toEqual([]);
  expect(Buffer.from(middle!.data).equals(part(4))).toBe(true);
  const pixel = (data: Uint8Array, x: number) => [...data.subarray(3 * x, 3 * x + 3)];
  expect(pixel(mirrored!.data, 0)).toEqual(pixel(middle!.data, 15));
});
