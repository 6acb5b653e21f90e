import { NotFinite } from "../runtime/not-finite.js";
import { type Calibration, CalibrationTally } from "./calibration.js";
import type { Activation } from "./logits.js";
import { type ImageScore, scoreOf } from "./scores.js";

/** An image whose class was taken for another. */
export interface Mistake {
  /** Its place in the split. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability given to `predicted`, 0–1. */
  readonly confidence: number;
}

/** How a model does on the images it has seen. */
export interface Measurement {
  /** How many those are. */
  readonly images: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Accuracy in percent. */
  readonly top1: number;
  /** The percentage whose class is among the five most likely ones; always 100 with five classes or fewer. */
  readonly top5: number;
  readonly calibration: Calibration;
  /** [classes][classes] counts, rows true, columns predicted. */
  readonly confusion: number[][];
  /** [classes] how often a class was among the five most likely ones of its images. */
  readonly classTop5: readonly number[];
  /** The mistakes of highest confidence, highest first. */
  readonly surest: readonly Mistake[];
}

/** Mistakes that are remembered. */
const mostMistakes = 24;

/**
 * Sums up logits image by image. Takes classes² numbers of memory, however many images come.
 * @example
 * ```ts
 * import { Tally } from "senet";
 *
 * const tally = new Tally(3);
 * tally.add(Float32Array.of(2, 1, 0), 0, 0); // logits, label, index of the image
 * tally.add(Float32Array.of(2, 1, 0), 1, 1);
 * console.log(tally.read().top1); // 50
 * ```
 */
export class Tally {
  readonly classes: number;
  /** Images whose logits are no finite numbers: what is read of them means nothing. */
  readonly notFinite = new NotFinite();
  readonly #confusion: Uint32Array;
  readonly #classTop5: Uint32Array;
  readonly #calibration = new CalibrationTally();
  readonly #surest: Mistake[] = [];
  #images = 0;
  #loss = 0;
  #top1 = 0;
  #top5 = 0;

  /** @param activation what makes probabilities of the logits. */
  constructor(
    classes: number,
    readonly activation: Activation = "softmax",
  ) {
    this.classes = classes;
    this.#confusion = new Uint32Array(classes * classes);
    this.#classTop5 = new Uint32Array(classes);
  }

  /** Images so far. */
  get images(): number {
    return this.#images;
  }

  /** Accuracy so far, in percent. */
  get top1(): number {
    return (100 * this.#top1) / this.#images;
  }

  /**
   * @param logits [classes] of one image.
   * @param index its place in the split.
   * @returns the predicted class.
   */
  add(logits: Float32Array, label: number, index: number): number {
    const score = scoreOf(logits, label, index, this.activation);
    this.count(score);
    return score.predicted;
  }

  /** Adds an image whose logits were looked at before, or elsewhere. */
  count({ index, label, predicted, confidence, loss, top5, finite }: ImageScore): void {
    const right = predicted === label;
    if (!finite) this.notFinite.note(index);
    this.#images++;
    this.#loss += loss;
    this.#confusion[label * this.classes + predicted]! += 1;
    this.#calibration.add(confidence, right);
    if (right) this.#top1++;
    else this.#remember({ index, label, predicted, confidence });
    if (top5) {
      this.#top5++;
      this.#classTop5[label]! += 1;
    }
  }

  read(): Measurement {
    const { classes } = this;
    return {
      images: this.#images,
      loss: this.#loss / this.#images,
      top1: this.top1,
      top5: (100 * this.#top5) / this.#images,
      calibration: this.#calibration.read(),
      confusion: Array.from({ length: classes }, (_, c) =>
        Array.from(this.#confusion.subarray(c * classes, (c + 1) * classes)),
      ),
      classTop5: Array.from(this.#classTop5),
      surest: [...this.#surest],
    };
  }

  /** Keeps the mistake where it belongs, if it is among the surest; one that is not a number is not sure. */
  #remember(mistake: Mistake): void {
    const place = this.#surest.findIndex(({ confidence }) => confidence < mistake.confidence);
    if (place >= 0) this.#surest.splice(place, 0, mistake);
    else if (!Number.isNaN(mistake.confidence)) this.#surest.push(mistake);
    this.#surest.length = Math.min(this.#surest.length, mostMistakes);
  }
}
