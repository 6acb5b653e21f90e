import { stepsPerEpoch, type Training } from "./epoch.js";

/** Images that pass through a network: trained on, and only looked at. */
export interface Work {
  readonly trained: number;
  readonly tested: number;
}

/** The images of so many epochs, the last of which may be a part, and of their tests. */
export function workOf({ dataset, recipe }: Pick<Training, "dataset" | "recipe">, epochs: number): Work {
  return {
    trained: epochs * stepsPerEpoch({ dataset, recipe }) * recipe.batch,
    tested: Math.floor(epochs) * dataset.test.length,
  };
}
