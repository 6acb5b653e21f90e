import { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { Recipe } from "../../train/recipe.js";
import { recipeFields } from "../../train/recipe-fields.js";
import { flagOf } from "./flag-of.js";
import { optionsOf, type RecipeFlags, recipePart } from "./recipe-options.js";

/** The part of a recipe that a command line gives. */
function parsed(line: string): Partial<Recipe> {
  const command = new Command().exitOverride();
  for (const option of optionsOf(recipeFields)) command.addOption(option);
  command.parse(line.split(" ").filter(Boolean), { from: "user" });
  return recipePart(command.opts<RecipeFlags>());
}

describe("recipePart", () => {
  it.each<[string, Partial<Recipe>]>([
    ["", {}],
    [
      "--lr 0.2 --schedule step --milestones 3,4.5 --epochs 6",
      { epochs: 6, lr: 0.2, schedule: "step", milestones: [3, 4.5] },
    ],
    ["--opt lamb --opt-eps 1e-6 --opt-betas 0.9,0.99", { optimizer: "lamb", eps: 1e-6, betas: [0.9, 0.99] }],
    ["--no-nesterov --grad-accum-steps 4", { nesterov: false, accumulate: 4 }],
    ["--clip-grad 1", { clip: { norm: 1 } }],
    ["--clip-grad 0.1 --clip-mode agc", { clip: { agc: 0.1, exclude: "@head" } }],
    ["--clip-mode agc", {}],
    ["--bce-loss --bce-target-thresh 0.2", { loss: "bce", bceTargetThreshold: 0.2 }],
    ["--model-ema", { ema: { decay: 0.9999, warmup: true } }],
    ["--model-ema --model-ema-decay 0.99 --no-model-ema-warmup", { ema: { decay: 0.99 } }],
    ["--model-ema --model-ema-warmup", { ema: { decay: 0.9999, warmup: true } }],
    ["--train gates+head --no-freeze-bn", { learn: ["@gates", "@head"], frozenBatchNorm: false }],
    ["--freeze-bn bn1.* bn2.*", { frozenBatchNorm: ["bn1.*", "bn2.*"] }],
    [
      "--freeze conv1.* --lr-group fc.*=2 --decay-group bn*=0",
      {
        groups: [
          { match: "fc.*", lrScale: 2 },
          { match: "bn*", weightDecay: 0 },
          { match: ["conv1.*"], freeze: true },
        ],
      },
    ],
    ["--keep-unused --mixup 0.2", { unused: "keep", mixup: 0.2 }],
  ])("makes of %j %j", (line, recipe) => expect(parsed(line)).toEqual(recipe));
});

describe("optionsOf", () => {
  const flags = new Set(optionsOf(recipeFields).map(({ long }) => long));

  it("gives a flag to every field that says what stands for its value", () => {
    const plain = Object.entries(recipeFields).filter(([, field]) => field.value !== undefined);
    expect(plain.length).toBeGreaterThan(15);
    expect(plain.map(([name]) => flagOf(name)).filter((flag) => !flags.has(flag))).toEqual([]);
  });

  it("gives each flag once", () => expect(optionsOf(recipeFields).length).toBe(flags.size));
});
