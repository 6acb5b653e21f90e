import { type Activation, confidenceOf, topClasses } from "./logits.js";

/** What a model thinks an image shows: a class and how sure it is. */
export interface Answer {
  /** The class among the logits, from 0. */
  readonly index: number;
  /** Its name. */
  readonly label: string;
  /** 0–1, over all classes; of a model whose classes have a sigmoid each, that class's own. */
  readonly probability: number;
  readonly logit: number;
}

/**
 * Says what the logits [classes] of an image mean.
 * @param classes the names of the classes, in the order of the logits.
 * @param top how many answers are wanted.
 * @param activation what makes probabilities of them.
 * @returns the likeliest classes, the likeliest first.
 */
export function answersOf(
  logits: ArrayLike<number>,
  classes: readonly string[],
  top: number,
  activation: Activation = "softmax",
): Answer[] {
  return topClasses(logits, top).map((index) => ({
    index,
    label: classes[index]!,
    probability: confidenceOf(logits, index, activation),
    logit: logits[index]!,
  }));
}
