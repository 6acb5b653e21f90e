import { expect, it } from "vitest";
import { defaultRecipe } from "../../train/recipe.js";
import { describeTraining } from "./describe-training.js";
import { prepareTraining } from "./prepare-training.js";

it("says what learns, how many images wait, and what the recipe does beside", async () => {
  const prepared = await prepareTraining({
    query: { model: "resnet20" },
    data: "glyphs",
    dataOptions: { trainLimit: 101, testLimit: 16 },
    recipe: ({ augment }) => ({
      ...{ ...defaultRecipe, epochs: 9, batch: 20, augment, warmup: 1, accumulate: 2, stopAfter: 3 },
      ...{ learn: ["@head"], ema: {}, optimizer: "adamw" },
    }),
    seed: 1,
    statistics: { mean: [0.123456, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  });
  expect(describeTraining(prepared)).toEqual([
    ["data", "glyphs: 101 training and 16 test images of 26 classes, 3×32×32"],
    ["network", "resnet20: 273,514 parameters"],
    ["learns", "1,690 parameters (@head); the rest is frozen"],
    ["batch", "20 images, 4 steps an epoch, 2 of them an update; 21 images wait for another epoch"],
    ["epochs", "9, fewer where 3 in a row bring no gain"],
    ["optimizer", "adamw, weight decay 0.0005, weights averaged"],
    ["rate", "0.1, cosine, rising over 1 epoch"],
    ["pixels", "mean 0.1235, 0.5, 0.5; std 0.25, 0.25, 0.25; as given"],
  ]);
});

it("says why the head learns alone, and which rates differ", async () => {
  const prepared = await prepareTraining({
    query: { model: "resnet20" },
    data: "glyphs",
    dataOptions: { trainLimit: 64, testLimit: 16 },
    seed: 1,
  });
  const groups = [
    { match: "*", lrScale: 0.1 },
    { match: ["@head", "@gates"], lrScale: 10 },
    { match: "conv1.*", freeze: true },
  ];
  const fineTuned = { ...prepared.recipe, lr: 0.003, groups, layerDecay: 0.5 };
  const facts = describeTraining({
    ...prepared,
    recipe: fineTuned,
    situation: { ...prepared.situation, apart: 0.934 },
  });
  const said = new Map(facts);
  expect(said.get("rate")).toBe("0.003, cosine, rising over 0.5 epochs; × 0.1 for *; × 10 for @head,@gates");
  expect(said.get("layers")).toBe("11; the rate is × 0.5 from each to the one before it, × 0.00098 in the first");
  expect(said.get("learns")).toContain("; as they are, the weights tell 93 % of the images looked at apart");
});
