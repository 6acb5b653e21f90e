import { z } from "zod";
import { UserError } from "../errors.js";
import type { Recipe } from "./recipe.js";

const pair = z.tuple([z.number(), z.number()]).readonly();
const patterns = z.union([z.string(), z.array(z.string())]);

const augment = z.strictObject({
  flip: z.boolean(),
  pad: z.number(),
  randomResizedCrop: z
    .strictObject({ scale: pair, ratio: pair, interpolation: z.enum(["bilinear", "bicubic", "random"]) })
    .exactOptional(),
  verticalFlip: z.boolean().exactOptional(),
  randAugment: z.string().exactOptional(),
  colorJitter: z
    .strictObject({ brightness: z.number(), contrast: z.number(), saturation: z.number(), hue: z.number() })
    .exactOptional(),
  randomErasing: z
    .strictObject({
      probability: z.number(),
      mode: z.enum(["const", "rand", "pixel"]),
      minArea: z.number(),
      maxArea: z.number(),
      minAspect: z.number(),
      count: z.number(),
    })
    .exactOptional(),
});

const group = z.strictObject({
  match: patterns,
  lrScale: z.number().exactOptional(),
  weightDecay: z.number().exactOptional(),
  freeze: z.boolean().exactOptional(),
});

const clip = z.union([
  z.strictObject({ norm: z.number() }),
  z.strictObject({ value: z.number() }),
  z.strictObject({ agc: z.number(), exclude: patterns.exactOptional() }),
]);

/** The fields of a recipe; ranges are `checkRecipe`'s part. */
const fields = {
  ...{ epochs: z.number(), batch: z.number(), accumulate: z.number() },
  ...{ optimizer: z.string(), lr: z.number(), momentum: z.number(), nesterov: z.boolean(), weightDecay: z.number() },
  ...{ betas: pair, eps: z.number(), alpha: z.number(), decoupledDecay: z.boolean() },
  ...{ schedule: z.string(), warmup: z.number(), warmupLr: z.number(), warmupPrefix: z.boolean(), minLr: z.number() },
  ...{ decayEpochs: z.number(), milestones: z.array(z.number()), decayRate: z.number() },
  ...{ plateauMode: z.enum(["min", "max"]), patience: z.number(), threshold: z.number() },
  ...{ thresholdMode: z.enum(["rel", "abs"]), cooldown: z.number() },
  ...{ pctStart: z.number(), divFactor: z.number(), finalDivFactor: z.number() },
  ...{ cycleMomentum: z.boolean(), baseMomentum: z.number(), maxMomentum: z.number() },
  ...{ loss: z.enum(["ce", "bce"]), smoothing: z.number(), bceTargetThreshold: z.number() },
  ...{ mixup: z.number(), cutmix: z.number(), mixupProb: z.number(), mixupSwitchProb: z.number(), augment },
  clip,
  ema: z.strictObject({ decay: z.number().exactOptional(), warmup: z.boolean().exactOptional() }),
  learn: patterns,
  groups: z.array(group),
  layerDecay: z.number(),
  frozenBatchNorm: z.union([z.boolean(), patterns]),
  unused: z.enum(["error", "keep"]),
} satisfies Record<keyof Recipe, z.ZodType>;
const recipe = z.strictObject(fields).partial();

/** The part of a recipe that a file gives. */
export type PartialRecipe = { readonly [K in keyof Recipe]?: Recipe[K] | undefined };

/**
 * Reads a recipe file: JSON with fields of a recipe, or with such an object as its `recipe`, as `config.json` of a run has.
 * @throws UserError that names the first field that is unknown or of another type.
 */
export function parseRecipe(text: string, source: string): PartialRecipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source}: got text that is not JSON (${(error as Error).message}); expected a recipe file`);
  }
  const inner = typeof json === "object" && json !== null && "recipe" in json ? json.recipe : json;
  const { success, error } = recipe.safeParse(inner);
  // As it was read, in its own order: a run that goes on writes the very bytes of the run that was never stopped.
  if (success) return inner as PartialRecipe;
  const [issue] = error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new UserError(`${source}: ${where}${issue?.message}; expected fields of a recipe`);
}
