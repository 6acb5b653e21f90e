import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Interpolation, rotate, shearX, shearY, translateX, translateY } from "./affine.js";
import { brightness, contrast, saturation, sharpness } from "./enhance.js";
import { adjustHue } from "./hue.js";
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from "./levels.js";
import type { Pixels } from "./pixels.js";
import { resize } from "./resize.js";

interface Case {
  readonly name: string;
  readonly arguments: readonly (number | string | number[])[];
  readonly source: string;
  readonly expected: string;
}

interface Golden {
  readonly images: Record<string, { width: number; height: number; channels: number; data: string }>;
  readonly fill: number[];
  readonly cases: readonly Case[];
}

const golden = JSON.parse(
  readFileSync(new URL("../../../tests/goldens/augment.json", import.meta.url), "utf8"),
) as Golden;
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const images = new Map<string, Pixels>(
  Object.entries(golden.images).map(([name, image]) => [name, { ...image, data: bytes(image.data) }]),
);

type Geometric = (image: Pixels, amount: number, options: { interpolation: Interpolation; fill: number[] }) => Pixels;
const geometric =
  (operation: Geometric) =>
  (image: Pixels, amount: number, interpolation: Interpolation): Pixels =>
    operation(image, amount, { interpolation, fill: golden.fill });

const operations: Record<string, (image: Pixels, ...given: never[]) => Pixels> = {
  autoContrast,
  equalize,
  invert,
  posterize,
  solarize,
  solarizeAdd,
  saturation,
  contrast,
  brightness,
  sharpness,
  hue: adjustHue,
  rotate: geometric(rotate),
  shearX: geometric(shearX),
  shearY: geometric(shearY),
  translateX: geometric(translateX),
  translateY: geometric(translateY),
  resize: (image: Pixels, width: number, height: number, box: number[], method: Interpolation) => {
    const [left, top, right, bottom] = box as [number, number, number, number];
    return resize(image, width, height, method, {
      box: { left, top, width: right - left, height: bottom - top },
    });
  },
};

describe("as PIL and torchvision do it, to the byte", () => {
  for (const name of Object.keys(operations)) {
    it(name, () => {
      const cases = golden.cases.filter((one) => one.name === name);
      expect(cases.length).toBeGreaterThan(2);
      for (const { arguments: given, source, expected } of cases) {
        const result = operations[name]!(images.get(source)!, ...(given as never[]));
        const wanted = bytes(expected);
        const off = result.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - wanted[i]!)), 0);
        expect({ source, given, length: result.data.length, off }).toEqual({
          source,
          given,
          length: wanted.length,
          off: 0,
        });
      }
    });
  }
});
