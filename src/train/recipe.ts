import type { Augmentation, Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";

/** How a model is trained. The same recipe and seed give the same weights on the same machine. */
export interface Recipe {
  readonly epochs: number;
  readonly batch: number;
  /** The largest learning rate. */
  readonly lr: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Penalty on weights of convolutions and dense layers; vectors are left out. */
  readonly weightDecay: number;
  /** `cosine`, `step` or `constant`. */
  readonly schedule: string;
  /** Epochs over which the learning rate rises from 0. */
  readonly warmup: number;
  readonly augment: Augmentation;
}

/** A recipe that suits small images and few epochs. */
export const defaultRecipe: Omit<Recipe, "epochs" | "augment"> = {
  batch: 128,
  lr: 0.1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  schedule: "cosine",
  warmup: 0.5,
};

/** @throws UserError when a number of the recipe is out of range or does not fit the data. */
export function checkRecipe(recipe: Recipe, { train }: Dataset): void {
  const { epochs, batch, lr, momentum, weightDecay, warmup } = recipe;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  const images = train.length;
  const rules: readonly (readonly [holds: boolean, rule: string])[] = [
    [whole(epochs), `epochs ${epochs}; expected a whole number from 1`],
    [
      whole(batch) && batch <= images,
      `batch ${batch}; expected a whole number from 1 to ${images}, the number of training images`,
    ],
    [lr > 0, `learning rate ${lr}; expected a number above 0`],
    [warmup >= 0 && warmup <= epochs, `warm-up ${warmup}; expected 0 to ${epochs} epochs`],
    [momentum >= 0 && momentum < 1, `momentum ${momentum}; expected a number from 0, below 1`],
    [weightDecay >= 0, `weight decay ${weightDecay}; expected a number from 0`],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) throw new UserError(`train: got ${broken[1]}`);
}
