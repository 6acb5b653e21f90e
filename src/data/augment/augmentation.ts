import { bounds } from "../../bounds.js";
import { valueError } from "../../errors.js";
import type { Interpolation } from "./affine.js";
import { parseRandAugment } from "./rand-augment.js";

/**
 * How training images are varied, in the order of the fields; what is absent is not done. Names and defaults follow
 * torchvision and timm.
 */
export interface Augmentation {
  /** Mirrors left and right with probability one half; wrong for letters and digits. */
  readonly flip: boolean;
  /** Black pixels added on each side before a window of the original size is cut out at random; 0 for none. */
  readonly pad: number;
  /** A window of random size and shape, resized to the size of the images. */
  readonly randomResizedCrop?: RandomResizedCrop;
  /** Mirrors top and bottom with probability one half. */
  readonly verticalFlip?: boolean;
  /** Operations drawn at random, in timm's notation: `rand-m9-mstd0.5-inc1`. */
  readonly randAugment?: string;
  readonly colorJitter?: ColorJitter;
  readonly randomErasing?: RandomErasing;
}

/** Source: torchvision `RandomResizedCrop`. */
export interface RandomResizedCrop {
  /** The least and the greatest share of the area. */
  readonly scale: readonly [number, number];
  /** The least and the greatest width by height, drawn from their logarithms. */
  readonly ratio: readonly [number, number];
  /** `random` draws one of the two for each image, as timm does. */
  readonly interpolation: Interpolation | "random";
}

/** Factors are drawn from 1 ± the value (from 0), hue from ± its value. Source: torchvision `ColorJitter`. */
export interface ColorJitter {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** 0 to 0.5, in turns of the colour circle. */
  readonly hue: number;
}

/** Overwrites rectangles of the normalised image. Source: timm `RandomErasing`; Zhong et al., arXiv:1708.04896. */
export interface RandomErasing {
  readonly probability: number;
  /** `const`: zeros; `rand`: one normal number per channel; `pixel`: one per pixel and channel. */
  readonly mode: "const" | "rand" | "pixel";
  /** Shares of the area. */
  readonly minArea: number;
  readonly maxArea: number;
  /** The least height by width; the greatest is its inverse. */
  readonly minAspect: number;
  /** How many rectangles share the area. */
  readonly count: number;
}

/** Images as they are. */
export const noAugmentation: Augmentation = { flip: false, pad: 0 };

/** timm's random resized crop: 8 to 100 % of the area, sides up to 4 to 3. */
export const defaultCrop: RandomResizedCrop = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: "bilinear" };
/** Random erasing in a quarter of the images: a box of 2 to 33 % of the area, filled with noise pixel by pixel. */
export const defaultErasing: RandomErasing = {
  probability: 0.25,
  mode: "pixel",
  minArea: 0.02,
  maxArea: 1 / 3,
  minAspect: 0.3,
  count: 1,
};

/** Whether the images need no more than a shift and a flip. */
export function isPlain(augment: Augmentation): boolean {
  return !(augment.verticalFlip || augment.randomErasing || partsOnBytes(augment).length > 0);
}

/** The parts of an augmentation that follow PIL, which works on bytes; numbers are refused for them. */
export function partsOnBytes(augment: Augmentation): (keyof Augmentation)[] {
  return (["randomResizedCrop", "randAugment", "colorJitter"] as const).filter((part) => augment[part] !== undefined);
}

/** @throws UserError for the first value that is out of range. */
export function checkAugmentation(augment: Augmentation): void {
  const { pad, randomResizedCrop: crop, colorJitter: jitter, randomErasing: erasing } = augment;
  const share = (value: number) => value >= 0 && value <= 1;
  check(Number.isSafeInteger(pad) && pad >= 0, "pad", pad, "a whole number from 0");
  if (crop) {
    const { scale, ratio } = crop;
    check(scale[0] > 0 && scale[0] <= scale[1] && scale[1] <= 1, "scale", scale, "two shares above 0, up to 1");
    check(ratio[0] > 0 && ratio[0] <= ratio[1], "ratio", ratio, "two numbers above 0, the smaller first");
  }
  if (jitter) {
    for (const name of ["brightness", "contrast", "saturation"] as const) {
      check(jitter[name] >= 0, `colorJitter.${name}`, jitter[name], "a number from 0");
    }
    check(jitter.hue >= 0 && jitter.hue <= 0.5, "colorJitter.hue", jitter.hue, "a number from 0 to 0.5");
  }
  if (augment.randAugment !== undefined) parseRandAugment(augment.randAugment);
  if (erasing) {
    const { probability, minArea, maxArea, minAspect, count } = erasing;
    check(share(probability), "randomErasing.probability", probability, "0 to 1");
    check(
      minArea > 0 && minArea <= maxArea && maxArea < 1,
      "randomErasing area",
      [minArea, maxArea],
      "0 < min ≤ max < 1",
    );
    check(minAspect > 0 && minAspect <= 1, "randomErasing.minAspect", minAspect, "a number above 0, up to 1");
    check(bounds.rectangles.holds(count), "randomErasing.count", count, bounds.rectangles.expected);
  }
}

function check(holds: boolean, name: string, value: number | readonly number[], expected: string): void {
  if (!holds) throw valueError("batches", name, value, expected, `augment.${name}`);
}

/** The same as one level of names and simple values, for records of where a model comes from. */
export function flatAugmentation(augment: Augmentation): Record<string, string | number | boolean> {
  const entries = Object.entries<unknown>({ ...augment });
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, isSimple(value) ? value : JSON.stringify(value)]),
  );
}

function isSimple(value: unknown): value is string | number | boolean {
  return typeof value !== "object";
}
