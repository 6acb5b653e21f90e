/** Accuracy, per-class accuracy and confusion matrices from logits and predictions. */

/**
 * The class with the largest logit of every image; the first one on a tie. NaN counts as largest, as in PyTorch.
 * @param logits row after row, [N · classes].
 * @returns [N] class indices.
 */
export function predictedClasses(logits: ArrayLike<number>, classes: number): number[] {
  const images = countRows("predictedClasses", logits, classes);
  return Array.from({ length: images }, (_, n) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (outranks(logits, n * classes + c, n * classes + best)) best = c;
    return best;
  });
}

/**
 * The fraction of images whose true class has one of the `k` largest logits; ties go to the lower class index.
 * @param logits row after row, [N · classes].
 * @param labels [N] true class indices.
 * @returns accuracy in 0–1.
 */
export function topK(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number, k: number): number {
  const images = countRows("topK", logits, classes);
  if (images !== labels.length || images === 0) {
    throw new RangeError(
      `topK: got ${images} rows of logits and ${labels.length} labels; expected as many, at least 1`,
    );
  }
  let hits = 0;
  for (let n = 0; n < images; n++) {
    const label = checkClass("topK", labels[n]!, classes);
    let higher = 0;
    for (let c = 0; c < classes; c++) if (outranks(logits, n * classes + c, n * classes + label)) higher++;
    if (higher < k) hits++;
  }
  return hits / images;
}

/**
 * The fraction of images whose true class has the largest logit; ties go to the lower class index.
 * @param logits row after row, [N · classes].
 * @param labels [N] true class indices.
 * @returns accuracy in 0–1.
 */
export function top1(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): number {
  return topK(logits, labels, classes, 1);
}

/**
 * How often each true class (row) was predicted as each class (column).
 * @param predictions [N] predicted class indices; −1 for an image that was not read and does not count.
 * @param labels [N] true class indices.
 * @returns [classes][classes] counts; they sum to N, or to what was read.
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

/** Whether the logit at `i` ranks before the one at `j`: larger, or equal with a lower index; NaN is the largest. */
function outranks(logits: ArrayLike<number>, i: number, j: number): boolean {
  const [a, b] = [logits[i]!, logits[j]!];
  if (Number.isNaN(a)) return !Number.isNaN(b) || i < j;
  return a > b || (a === b && i < j);
}

function countRows(caller: string, logits: ArrayLike<number>, classes: number): number {
  const rows = logits.length / classes;
  if (!Number.isInteger(rows)) {
    throw new RangeError(`${caller}: got ${logits.length} logits; expected a multiple of ${classes} classes`);
  }
  return rows;
}

function checkClass(caller: string, index: number, classes: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= classes) {
    throw new RangeError(`${caller}: got class ${index}; expected an integer from 0 to ${classes - 1}`);
  }
  return index;
}
