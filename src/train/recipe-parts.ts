import * as z from "zod/mini";
import type { Augmentation } from "../data/augment/augmentation.js";
import type { Clip } from "../step/clip-gradients.js";
import type { ParameterGroup } from "../step/parameter-groups.js";
import type { WeightAverage } from "../step/weight-average.js";

// Schemas of the fields of a recipe that hold more than one value.

const optional = z.exactOptional;

/** Two numbers. */
export const pair: z.ZodMiniType<readonly [number, number]> = z.tuple([z.number(), z.number()]);

/** Some numbers. */
export const list: z.ZodMiniType<readonly number[]> = z.array(z.number());

/** A pattern of parameters, or several. */
export const patterns: z.ZodMiniType<string | readonly string[]> = z.union([z.string(), z.array(z.string())]);

export const augmentation: z.ZodMiniType<Augmentation> = z.strictObject({
  flip: z.boolean(),
  pad: z.number(),
  randomResizedCrop: optional(
    z.strictObject({ scale: pair, ratio: pair, interpolation: z.enum(["bilinear", "bicubic", "random"]) }),
  ),
  verticalFlip: optional(z.boolean()),
  randAugment: optional(z.string()),
  colorJitter: optional(
    z.strictObject({ brightness: z.number(), contrast: z.number(), saturation: z.number(), hue: z.number() }),
  ),
  randomErasing: optional(
    z.strictObject({
      probability: z.number(),
      mode: z.enum(["const", "rand", "pixel"]),
      minArea: z.number(),
      maxArea: z.number(),
      minAspect: z.number(),
      count: z.number(),
    }),
  ),
});

export const groups: z.ZodMiniType<readonly ParameterGroup[]> = z.array(
  z.strictObject({
    match: patterns,
    lrScale: optional(z.number()),
    weightDecay: optional(z.number()),
    freeze: optional(z.boolean()),
  }),
);

export const clip: z.ZodMiniType<Clip> = z.union([
  z.strictObject({ norm: z.number() }),
  z.strictObject({ value: z.number() }),
  z.strictObject({ agc: z.number(), exclude: optional(patterns) }),
]);

export const average: z.ZodMiniType<WeightAverage> = z.strictObject({
  decay: optional(z.number()),
  warmup: optional(z.boolean()),
});
