/** Per-class accuracy and confusion matrices from predictions. */

/**
 * How often each true class (row) was predicted as each class (column).
 * @param predictions [N] predicted class indices; −1 for an image that was not read and does not count.
 * @param labels [N] true class indices.
 * @returns [classes][classes] counts; they sum to N, or to what was read.
 * @example
 * ```ts
 * import { confusionMatrix } from "senet/report";
 *
 * console.log(confusionMatrix([0, 1, 1], [0, 0, 1], 2)); // [ [ 1, 1 ], [ 0, 1 ] ]
 * ```
 */
export function confusionMatrix(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number[][] {
  if (predictions.length !== labels.length) {
    throw new RangeError(`confusionMatrix: got ${predictions.length} predictions and ${labels.length} labels`);
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let n = 0; n < labels.length; n++) {
    const label = checkClass("confusionMatrix", labels[n]!, classes);
    if (predictions[n] === -1) continue;
    const predicted = checkClass("confusionMatrix", predictions[n]!, classes);
    counts[label]![predicted]! += 1;
  }
  return counts;
}

/**
 * The fraction of each class' images that were predicted right.
 * @param confusion rows true, columns predicted.
 * @returns [classes] in 0–1; NaN for a class without images.
 * @example
 * ```ts
 * import { perClassAccuracy } from "senet/report";
 *
 * console.log(perClassAccuracy([[3, 1], [0, 2]])); // [ 0.75, 1 ]
 * ```
 */
export function perClassAccuracy(confusion: readonly (readonly number[])[]): number[] {
  return confusion.map((row, c) => row[c]! / row.reduce((sum, count) => sum + count, 0));
}

/**
 * 1 where an image was predicted right, 0 elsewhere: what `pairedDifference` compares.
 * @param predictions [N] predicted class indices.
 * @param labels [N] true class indices.
 */
export function correctness(predictions: ArrayLike<number>, labels: ArrayLike<number>): number[] {
  if (predictions.length !== labels.length) {
    throw new RangeError(`correctness: got ${predictions.length} predictions and ${labels.length} labels`);
  }
  return Array.from(predictions, (predicted, n) => (predicted === labels[n] ? 1 : 0));
}

function checkClass(caller: string, index: number, classes: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= classes) {
    throw new RangeError(`${caller}: got class ${index}; expected an integer from 0 to ${classes - 1}`);
  }
  return index;
}
