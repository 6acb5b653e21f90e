/** The images whose confidence lies above `low` and up to `high`. */
export interface CalibrationBin {
  /** 0–1. */
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** The mean confidence in this bin, 0–1; NaN without images. */
  readonly confidence: number;
  /** The share that was right, 0–1; NaN without images. */
  readonly accuracy: number;
}

/**
 * How far the confidence of a model, the largest probability of its softmax, is what it says: the chance to be right.
 */
export interface Calibration {
  /** Expected calibration error, 0–1: |accuracy − confidence| of the bins, weighed by their images. */
  readonly ece: number;
  /** Mean confidence of all images, 0–1. */
  readonly confidence: number;
  readonly bins: readonly CalibrationBin[];
}

/** As in the paper. */
const binCount = 15;

/**
 * Sums up confidences in bins of equal width.
 * Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, arXiv:1706.04599, eq. 2 and 3, M = 15.
 */
export class CalibrationTally {
  readonly #images = new Float64Array(binCount);
  readonly #right = new Float64Array(binCount);
  readonly #confidence = new Float64Array(binCount);

  /** @param confidence 0–1; one that is not a number is not counted. */
  add(confidence: number, right: boolean): void {
    if (Number.isNaN(confidence)) return;
    const bin = binOf(confidence);
    this.#images[bin]! += 1;
    this.#confidence[bin]! += confidence;
    if (right) this.#right[bin]! += 1;
  }

  read(): Calibration {
    const images = sum(this.#images);
    const gaps = this.#right.map((right, bin) => Math.abs(right - this.#confidence[bin]!));
    return {
      ece: sum(gaps) / images,
      confidence: sum(this.#confidence) / images,
      bins: Array.from(this.#images, (count, bin) => ({
        low: bin / binCount,
        high: (bin + 1) / binCount,
        images: count,
        confidence: this.#confidence[bin]! / count,
        accuracy: this.#right[bin]! / count,
      })),
    };
  }
}

/** The bin m with m/M < confidence ≤ (m+1)/M; 0 belongs to the first. */
function binOf(confidence: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
