import { flatAugmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { cardEntries, type ModelCard } from "../models/card/model-card.js";
import type { Recipe } from "../train/recipe.js";

/** The card of a model trained by a recipe. */
export function trainedCard(dataset: Dataset, recipe: Recipe, model: string, seed: number): ModelCard {
  const { augment, ...rest } = recipe;
  return {
    classes: [...dataset.classes],
    ...cardEntries(dataset),
    provenance: {
      model,
      data: dataset.name,
      images: dataset.train.length,
      seed,
      ...plain(rest),
      ...flatAugmentation(augment),
    },
  };
}

/** The card with more of where the weights come from. */
export function cardWith(card: ModelCard, more: ModelCard["provenance"]): ModelCard {
  return { ...card, provenance: { ...card.provenance, ...more } };
}

/** The entries of a recipe as a card holds them: what is not a number, a word or a truth value as JSON text. */
function plain(entries: object): Record<string, string | number | boolean> {
  const given = Object.entries(entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([name, value]) => [name, Object(value) === value ? JSON.stringify(value) : value]),
  );
}
