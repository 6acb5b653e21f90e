import { optionError } from "../../errors.js";
import type { Random } from "../../random.js";
import { type AffineOptions, rotate, shearX, shearY, translateX, translateY } from "./affine.js";
import { brightness, contrast, saturation, sharpness } from "./enhance.js";
import { autoContrast, equalize, invert, posterize, solarize, solarizeAdd } from "./levels.js";
import type { Pixels } from "./pixels.js";

/** What a policy such as `rand-m9-mstd0.5-inc1` says. */
export interface RandAugment {
  /** Operations per image (n, 2 by default). */
  readonly layers: number;
  /** How strongly they act, of 10 (m, 10 by default). */
  readonly magnitude: number;
  /** The standard deviation of the magnitude (mstd, 0 by default); infinite for uniform from 0 to the magnitude. */
  readonly deviation: number;
  /** The largest magnitude after that (mmax, 10 by default). */
  readonly most: number;
  /** The probability that a drawn operation is done (p, 0.5 by default). */
  readonly probability: number;
  /** Whether a greater magnitude always means a stronger change (inc, off by default). */
  readonly increasing: boolean;
}

/** Source: timm `rand_augment_transform`, with its defaults. @throws UserError for what it does not know. */
export function parseRandAugment(policy: string): RandAugment {
  const [name, ...settings] = policy.split("-");
  const found = { layers: 2, magnitude: 10, deviation: 0, most: 10, probability: 0.5, increasing: false };
  const wrong = (part: string) =>
    optionError(
      "randAugment",
      `got "${part}" in "${policy}"; expected rand with settings such as m9, n2, mstd0.5, mmax10, p0.5, inc1: ` +
        "rand-m9-mstd0.5-inc1",
    );
  if (name !== "rand") throw wrong(name ?? "");
  for (const setting of settings) {
    const [, key, digits] = /^([a-z]+)([0-9.]+)$/.exec(setting) ?? [];
    const value = Number(digits);
    if (!Number.isFinite(value)) throw wrong(setting);
    if (key === "m") found.magnitude = value;
    else if (key === "n" && Number.isInteger(value) && value >= 1 && value <= operations.length) found.layers = value;
    else if (key === "mstd") found.deviation = value > 100 ? Number.POSITIVE_INFINITY : value;
    else if (key === "mmax") found.most = value;
    else if (key === "p" && value <= 1) found.probability = value;
    else if (key === "inc") found.increasing = value > 0;
    else throw wrong(setting);
  }
  return found;
}

/** The share of the full strength, 0 to 1 and beyond, and a way to draw a sign. */
interface Level {
  readonly share: number;
  readonly increasing: boolean;
  readonly signed: (value: number) => number;
  readonly geometry: AffineOptions;
}

type Operation = (image: Pixels, level: Level) => Pixels;

/** From 0.1 to 1.9, or away from 1 in either direction where the policy is increasing. */
function factor({ share, increasing, signed }: Level): number {
  return increasing ? Math.max(0.1, 1 + signed(0.9 * share)) : 1.8 * share + 0.1;
}

/** Source: timm `_RAND_TRANSFORMS` and `_RAND_INCREASING_TRANSFORMS`, with their functions from level to argument. */
const operations: readonly Operation[] = [
  (image) => autoContrast(image),
  (image) => equalize(image),
  (image) => invert(image),
  (image, { share, signed, geometry }) => rotate(image, signed(30 * share), geometry),
  (image, { share, increasing }) => posterizeTo(image, increasing ? 4 - Math.trunc(4 * share) : Math.trunc(4 * share)),
  (image, { share, increasing }) => {
    const threshold = Math.min(256, Math.trunc(256 * share));
    return solarize(image, increasing ? 256 - threshold : threshold);
  },
  (image, { share }) => solarizeAdd(image, Math.min(128, Math.trunc(110 * share))),
  (image, level) => saturation(image, factor(level)),
  (image, level) => contrast(image, factor(level)),
  (image, level) => brightness(image, factor(level)),
  (image, level) => sharpness(image, factor(level)),
  (image, { share, signed, geometry }) => shearX(image, signed(0.3 * share), geometry),
  (image, { share, signed, geometry }) => shearY(image, signed(0.3 * share), geometry),
  (image, { share, signed, geometry }) => translateX(image, signed(0.45 * share), geometry),
  (image, { share, signed, geometry }) => translateY(image, signed(0.45 * share), geometry),
];

function posterizeTo(image: Pixels, bits: number): Pixels {
  return bits >= 8 ? image : posterize(image, Math.max(0, bits));
}

/**
 * Applies the operations that a policy draws.
 * Source: timm `RandAugment`; Cubuk et al., arXiv:1909.13719.
 * @param fill the byte of each channel for what comes from outside, in timm the mean colour.
 */
export function randAugment(image: Pixels, random: Random, policy: RandAugment, fill: readonly number[]): Pixels {
  let result = image;
  for (let layer = 0; layer < policy.layers; layer++) {
    const operation = operations[random.below(operations.length)]!;
    if (random.float() > policy.probability) continue;
    const share = drawMagnitude(random, policy) / 10;
    const interpolation = random.below(2) === 0 ? "bilinear" : "bicubic";
    const signed = (value: number) => (random.below(2) === 0 ? value : -value);
    result = operation(result, { share, increasing: policy.increasing, signed, geometry: { interpolation, fill } });
  }
  return result;
}

function drawMagnitude(random: Random, { magnitude, deviation, most }: RandAugment): number {
  if (deviation === 0) return Math.min(most, magnitude);
  const drawn =
    deviation === Number.POSITIVE_INFINITY ? random.float() * magnitude : magnitude + deviation * random.normal();
  return Math.max(0, Math.min(most, drawn));
}
