import { describe, expect, it } from "vitest";
import { UserError } from "../errors.js";
import { checkRecipe, checkStepRecipe, defaultRecipe, mixes, type Recipe } from "./recipe.js";
import { stripes } from "./stripes.test.helper.js";

const dataset = stripes(); // 96 training images
const recipe: Recipe = { ...defaultRecipe, epochs: 4, batch: 16, augment: dataset.augment };

describe("checkRecipe", () => {
  it.each<Partial<Recipe>>([
    {},
    { optimizer: "lamb", betas: [0.9, 0.999], eps: 1e-6, accumulate: 6, clip: { agc: 0.01 } },
    { schedule: "onecycle", loss: "bce", smoothing: 0.1, ema: { decay: 0 }, layerDecay: 0.75, minLr: 0.1 },
  ])("accepts %j", (part) => expect(() => checkRecipe({ ...recipe, ...part }, dataset)).not.toThrow());

  it.each<[Partial<Recipe>, string]>([
    [{ optimizer: "adamax" }, 'optimizer "adamax"; expected one of sgd, adam, adamw, lamb, rmsproptf'],
    [{ schedule: "poly" }, 'schedule "poly"; expected one of cosine, step, onecycle, plateau, constant'],
    [{ accumulate: 0 }, "accumulate 0; expected a whole number from 1, with batch 16 at most 96 images"],
    [{ accumulate: 7 }, "accumulate 7; expected a whole number from 1, with batch 16 at most 96 images"],
    [{ warmupLr: -1 }, "warmupLr -1; expected a number from 0"],
    [{ minLr: 0.2 }, "minLr 0.2; expected 0 to 0.1, the largest"],
    [{ decayRate: 0 }, "decayRate 0; expected a number above 0, at most 1"],
    [{ decayEpochs: 0 }, "decayEpochs 0; expected a number of epochs above 0, up to 1,000,000"],
    [{ pctStart: 1 }, "pctStart 1; expected a number between 0 and 1"],
    [{ betas: [0.9, 1] }, "betas 0.9,1; expected two numbers from 0, below 1"],
    [{ eps: 0 }, "eps 0; expected a number above 0"],
    [{ smoothing: 1 }, "smoothing 1; expected a number from 0, below 1"],
    [{ layerDecay: 1.1 }, "layerDecay 1.1; expected a number above 0, at most 1"],
    [{ ema: { decay: 1 } }, "ema 1; expected a number from 0, below 1"],
    [{ clip: { value: 0 } }, "clip 0; expected a number above 0"],
    [{ lr: Number.NaN }, "lr NaN; expected a number above 0"],
  ])("refuses %j", (part, message) => {
    const check = () => checkRecipe({ ...recipe, ...part }, dataset);
    expect(check).toThrow(UserError);
    expect(check).toThrow(`train: got ${message}`);
    expect(check).toThrow(expect.objectContaining({ options: Object.keys(part) }));
  });
});

describe("checkStepRecipe", () => {
  it("sets the limits that follow from no data and no length of a run", () => {
    expect(() => checkStepRecipe({ batch: 64, accumulate: 1000 })).not.toThrow();
    expect(() => checkStepRecipe({ accumulate: 1.5 })).toThrow(
      "training step: got accumulate 1.5; expected a whole number from 1",
    );
    expect(() => checkStepRecipe({ momentum: 1 })).toThrow("training step: got momentum 1;");
  });
});

describe("mixes", () => {
  it("is true where mixup or cutmix is on", () => {
    expect(mixes(recipe)).toBe(false);
    expect(mixes({})).toBe(false);
    expect(mixes({ mixup: 0.2, cutmix: 0 })).toBe(true);
    expect(mixes({ cutmix: 1 })).toBe(true);
  });
});
