import { describe, expect, it } from "vitest";
import { defaultRecipe, type Recipe } from "../../train/recipe.js";
import { refuseIdle, refuseIdleForData } from "./idle-flags.js";
import type { RecipeFlags } from "./recipe-options.js";

const recipe = (part: Partial<Recipe> = {}): Partial<Recipe> => ({ ...defaultRecipe, ...part });

describe("refuseIdle", () => {
  it.each<[RecipeFlags, Partial<Recipe>, string]>([
    [{ patience: 5 }, {}, "--patience: got it without --schedule plateau, and so without effect; give both or none"],
    [{ pctStart: 0.2 }, {}, "--pct-start: got it without --schedule onecycle"],
    [{ milestones: [3] }, {}, "--milestones: got it without --schedule step"],
    [{ minLr: 0.01 }, { schedule: "step" }, "--min-lr: got it without --schedule cosine or plateau"],
    [{ warmupLr: 0.01 }, { warmup: 0 }, "--warmup-lr: got it without --warmup"],
    [
      { warmup: 1 },
      { schedule: "onecycle" },
      "--warmup: got it with --schedule onecycle, which rises by itself; leave it out",
    ],
    [{ mixupProb: 0.5 }, { mixup: 0 }, "--mixup-prob: got it without --mixup or --cutmix"],
    [{ mixupSwitchProb: 0.5 }, { mixup: 0.2 }, "--mixup-switch-prob: got it without both --mixup and --cutmix"],
    [{ momentum: 0.9 }, { optimizer: "adamw" }, "--momentum: got it without --opt sgd or rmsproptf"],
    [{ optEps: 1e-6 }, {}, "--opt-eps: got it without --opt adam or adamw"],
    [{ clipMode: "agc" }, { clip: { norm: 1 } }, "--clip-mode: got it without --clip-grad"],
    [{ modelEmaWarmup: false }, {}, "--model-ema-warmup: got it without --model-ema"],
    [{ modelEmaDecay: 0.9 }, { ema: { decay: 0.99 } }, "--model-ema-decay: got it without --model-ema"],
    [{ bceTargetThresh: 0.2 }, {}, "--bce-target-thresh: got it without --bce-loss"],
  ])("refuses %j", (flags, part, message) => {
    expect(() => refuseIdle(flags, recipe(part))).toThrow(message);
  });

  it("takes them with what they need, and what changes nothing by its value", () => {
    refuseIdle({ patience: 5, minLr: 0.01, decayRate: 0.5 }, recipe({ schedule: "plateau" }));
    refuseIdle({ mixupProb: 0.5, mixupSwitchProb: 0.5 }, recipe({ mixup: 0.2, cutmix: 1 }));
    refuseIdle({ modelEma: true, modelEmaDecay: 0.9, clipGrad: 1, clipMode: "value" }, recipe());
    refuseIdle(
      { nesterov: false, warmup: 0 },
      recipe({ optimizer: "lamb", nesterov: false, schedule: "onecycle", warmup: 0 }),
    );
  });
});

describe("refuseIdleForData", () => {
  const test = { length: 1, labels: new Int32Array(1), batches: async function* () {} };
  const data = { name: "glyphs", height: 32, width: 32, test };

  it("refuses what is for image files with a dataset of one size", () => {
    expect(() => refuseIdleForData({ cropPct: 0.9 }, data)).toThrow(
      "--crop-pct: got it with glyphs, whose images are 32x32 and have their split; leave it out, it is for image files",
    );
    refuseIdleForData({}, data);
  });

  it("refuses to divide image files that have a test split of their own", () => {
    const files = (heldOut?: boolean) => {
      const list = { length: 1, labels: new Int32Array(1), ref: () => ({ path: "" }) };
      return { ...data, name: "photos", test: { ...test, list, nameOf: () => "", skipped: new Map(), heldOut } };
    };
    const says = (flag: string) => `${flag}: got it with photos, which has a test split of its own; leave it out`;
    expect(() => refuseIdleForData({ holdout: 0.2 }, files())).toThrow(says("--holdout"));
    expect(() => refuseIdleForData({ splitSeed: 2 }, files())).toThrow(says("--split-seed"));
    refuseIdleForData({ holdout: 0.2, splitSeed: 2 }, files(true));
    refuseIdleForData({ size: 64 }, files());
  });
});
