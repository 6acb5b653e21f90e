import { valueError } from "../errors.js";
import { Random } from "../random.js";

/** Which images train and which test, each in their own order. */
export interface Partition {
  readonly train: Uint32Array<ArrayBuffer>;
  readonly test: Uint32Array<ArrayBuffer>;
}

/**
 * Holds out a share of the images of every class for testing. What is drawn for a class depends on the seed, the name
 * of the class and its number of images, not on the other classes.
 * @param labels one index into `classes` per image.
 * @param share above 0 and below 1: at least one image of each class that has two goes to the test split, and one is
 *   left; or 1: all are for testing.
 */
export function holdOut(labels: ArrayLike<number>, classes: readonly string[], share: number, seed: number): Partition {
  if (!(share > 0 && share <= 1)) {
    throw valueError("openDataset", "holdout", share, "a share above 0, such as 0.1, or 1 to test on all");
  }
  const members: number[][] = classes.map(() => []);
  for (let i = 0; i < labels.length; i++) members[labels[i]!]!.push(i);
  const isTest = new Uint8Array(labels.length);
  for (const [c, indices] of members.entries()) {
    const held = Math.min(indices.length - 1, Math.max(1, Math.round(indices.length * share)));
    const order = new Random(seed, "holdout", classes[c]!).shuffle(indices);
    for (let i = 0; i < held; i++) isTest[order[i]!] = 1;
  }
  if (share === 1) isTest.fill(1);
  const places = Uint32Array.from({ length: labels.length }, (_, i) => i);
  return { train: places.filter((i) => isTest[i] === 0), test: places.filter((i) => isTest[i] === 1) };
}
