import { describe, expect, it } from "vitest";
import { optimizerOf } from "./optimizers/optimizers.js";
import { defaultRecipe, type Recipe } from "./recipe.js";
import { type Situation, usualBatch, usualRecipe } from "./usual-recipe.js";

const augment = { flip: true, pad: 0 };
const drawn: Situation = { images: 50_000, start: "drawn", augment };
const photos: Situation = { images: 245, start: "weights", head: true, augment };

describe("usualBatch", () => {
  it.each([
    [1, 1],
    [5, 5],
    [60, 8],
    [96, 8],
    [245, 16],
    [640, 64],
    [1279, 64],
    [1280, 128],
    [1_281_167, 128],
  ])("of %i images is %i", (images, batch) => {
    expect(usualBatch(images)).toBe(batch);
  });
});

describe("usualRecipe", () => {
  it("is the default recipe for many images from scratch", () => {
    expect(usualRecipe(drawn)).toEqual({ ...defaultRecipe, epochs: 20, augment });
  });

  it("leaves a recipe that says everything as it is", () => {
    const old: Recipe = { ...defaultRecipe, lr: 0.3, epochs: 2, augment, optimizer: "lamb" };
    expect(usualRecipe(photos, old)).toBe(old);
  });

  it("gives few images from scratch more epochs, and a rate as small as their batches", () => {
    const { batch, lr, epochs } = usualRecipe({ ...drawn, images: 300 });
    expect(batch).toBe(16);
    expect(lr).toBe(0.1);
    expect(usualRecipe({ ...drawn, images: 100 }).lr).toBe(0.05);
    expect(epochs).toBeGreaterThan(20);
    expect(usualRecipe({ ...drawn, images: 300 }, { epochs: 3 })).toMatchObject({ epochs: 3, warmup: 0.5 });
    expect(usualRecipe({ ...drawn, images: 300 }, { optimizer: "adamw" }).lr).toBeLessThan(0.01);
  });

  it("moves weights that have learnt more slowly than a new head", () => {
    const { optimizer, groups, clip, frozenBatchNorm } = usualRecipe(photos);
    expect({ optimizer, clip, frozenBatchNorm }).toEqual({ optimizer: "adamw", clip: { norm: 1 } });
    expect(groups).toEqual([
      { match: "*", lrScale: 0.1 },
      { match: ["@head"], lrScale: 10 },
    ]);
    const { lr } = usualRecipe(photos);
    const headless = usualRecipe({ ...photos, head: false });
    expect(headless.lr).toBeCloseTo(lr / 10, 10);
    expect(headless.groups).toBeUndefined();
    const inserted = usualRecipe({ ...photos, insertedGates: true });
    expect(inserted.groups?.[1]?.match).toEqual(["@head", "@gates"]);
  });

  it("lets the head learn alone where weights tell few images apart already", () => {
    const known = { ...photos, apart: 0.93 };
    expect(usualRecipe(known)).toMatchObject({ learn: ["@head"], optimizer: "adamw" });
    expect(usualRecipe(known).groups).toBeUndefined();
    for (const other of [{ apart: 0.35 }, { images: 50_000 }, { head: false }, { insertedGates: true }]) {
      expect(usualRecipe({ ...known, ...other }).learn).toBeUndefined();
    }
    for (const given of [{ lr: 0.1 }, { learn: "*" }, { layerDecay: 0.7 }, { frozenBatchNorm: false }]) {
      expect(usualRecipe(known, given).learn).toBe("learn" in given ? given.learn : undefined);
    }
  });

  it("keeps the statistics of folded batch norms, unless told otherwise", () => {
    const folded = { ...photos, foldedNorms: true };
    expect(usualRecipe(folded).frozenBatchNorm).toBe(true);
    expect(usualRecipe(folded, { frozenBatchNorm: false }).frozenBatchNorm).toBe(false);
    expect(usualRecipe(folded, { learn: ["@head"] }).frozenBatchNorm).toBeUndefined();
  });

  it("lets every value that is given win, and its groups stand behind the usual ones", () => {
    const freeze = { match: "conv1.*", freeze: true };
    expect(usualRecipe(photos, { groups: [freeze] }).groups?.at(-1)).toEqual(freeze);
    expect(usualRecipe(photos, { clip: { value: 2 } }).clip).toEqual({ value: 2 });
    expect(usualRecipe(photos, { batch: 5, lr: undefined })).toMatchObject({ batch: 5, optimizer: "adamw" });
    expect(usualRecipe(photos, { optimizer: "lamb" }).weightDecay).toBe(optimizerOf("lamb", {}).weightDecay);
  });

  it("takes a rate without an optimizer for that of SGD, of all weights", () => {
    const { optimizer, groups, clip, lr, weightDecay } = usualRecipe(photos, { lr: 0.01 });
    expect({ optimizer, groups, clip, lr }).toEqual({ lr: 0.01 });
    expect(weightDecay).toBe(defaultRecipe.weightDecay);
  });
});
