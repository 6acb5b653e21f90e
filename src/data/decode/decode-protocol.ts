import type { Augmentation } from "../augment/augmentation.js";
import type { ImageRef } from "../image-list.js";
import type { Preprocessing } from "../preprocessing.js";
import type { Views } from "../views.js";

/** What holds for all images of one pass. */
export interface Pass {
  /** How images become the input; where they are augmented, only its size, mean and std. */
  readonly preprocessing: Preprocessing;
  readonly seed: number;
  readonly epoch: number;
  readonly augment: Augmentation | undefined;
  /** How each image is seen several times, one view after the other. */
  readonly views?: Views | undefined;
}

/** Images to decode, one after the other into the slots of a buffer. */
export interface DecodeTask {
  readonly pass: Pass;
  /** [n · views, C, H, W] float32; it goes to the thread and comes back with the answer. */
  readonly buffer: ArrayBuffer;
  readonly images: readonly { readonly ref: ImageRef; readonly index: number }[];
}

/** What a thread made of a task. */
export interface DecodeAnswer {
  /** That of the task, filled. */
  readonly buffer: ArrayBuffer;
  /** For each image of a task what is wrong with it, or undefined. */
  readonly problems: readonly (string | undefined)[];
}

export interface DecodeRequest {
  readonly id: number;
  readonly task: DecodeTask;
}

export interface DecodeResponse {
  readonly id: number;
  readonly answer: DecodeAnswer;
}
