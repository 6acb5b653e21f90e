import { stepsPerEpoch, type Training } from "./epoch.js";

/** Images that pass through a network: trained on, and only looked at. */
export interface Work {
  readonly trained: number;
  readonly tested: number;
}

/**
 * The images of so many epochs, the last of which may be a part, and of their tests.
 * @param tests how often an epoch is tested.
 */
export function workOf({ dataset, recipe }: Pick<Training, "dataset" | "recipe">, epochs: number, tests = 1): Work {
  return {
    trained: epochs * stepsPerEpoch({ dataset, recipe }) * recipe.batch,
    tested: Math.floor(epochs) * tests * dataset.test.length,
  };
}
