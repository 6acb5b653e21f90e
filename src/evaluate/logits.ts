/** What the logits [classes] of one image say. */

/** The class with the largest logit; the first one on a tie. NaN counts as largest, as in PyTorch. */
export function predictedClass(logits: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < logits.length; c++) if (outranks(logits, c, best)) best = c;
  return best;
}

/** The `count` classes with the largest logits, all where there are no more, largest first. */
export function topClasses(logits: ArrayLike<number>, count: number): number[] {
  const classes = Array.from({ length: logits.length }, (_, c) => c);
  return classes.sort((a, b) => (outranks(logits, a, b) ? -1 : 1)).slice(0, count);
}

/** How many classes rank before `label`: 0 for the predicted one. */
export function rankOf(logits: ArrayLike<number>, label: number): number {
  let higher = 0;
  for (let c = 0; c < logits.length; c++) if (outranks(logits, c, label)) higher++;
  return higher;
}

/**
 * What makes probabilities of logits: `softmax` over all classes, or a `sigmoid` for each class by itself, where the
 * probabilities of several may be large.
 */
export type Activation = "softmax" | "sigmoid";

/**
 * What the label costs, in nats: −log of its probability; of a model with a sigmoid for each class the binary
 * cross-entropy, the mean over the classes.
 */
export function lossOf(logits: ArrayLike<number>, label: number, activation: Activation = "softmax"): number {
  if (activation === "softmax") return crossEntropyOf(logits, label);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += softplus(c === label ? -logits[c]! : logits[c]!);
  return sum / logits.length;
}

/** log(1 + eˣ). */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** −log softmax(logits)[label], in nats. */
export function crossEntropyOf(logits: ArrayLike<number>, label: number): number {
  return logSumExp(logits) - logits[label]!;
}

/** softmax(logits)[label], or the label's own sigmoid, 0–1. */
export function confidenceOf(logits: ArrayLike<number>, label: number, activation: Activation = "softmax"): number {
  if (activation === "sigmoid") return Math.exp(-softplus(-logits[label]!));
  return Math.exp(-crossEntropyOf(logits, label));
}

function logSumExp(logits: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < logits.length; c++) largest = Math.max(largest, logits[c]!);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += Math.exp(logits[c]! - largest);
  return Math.log(sum) + largest;
}

/** Whether class `a` ranks before `b`: a larger logit, or an equal one with a lower index; NaN is the largest. */
function outranks(logits: ArrayLike<number>, a: number, b: number): boolean {
  const [x, y] = [logits[a]!, logits[b]!];
  if (Number.isNaN(x)) return !Number.isNaN(y) || a < b;
  return x > y || (x === y && a < b);
}
