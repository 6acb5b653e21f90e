import { type ClassifiedImage, type Classifier, classifierOn } from "../../classifier/open-classifier.js";
import type { Answer } from "../../evaluate/answers.js";
import { forModelFile } from "../model/for-model-file.js";
import { type ModelQuery, queryOf } from "../model/model-query.js";
import { type ClassifiedPhoto, type ClassifyPhotosOptions, classifyPhotos } from "./classify-photos.js";
import { type ClassifierModel, type FindClassifierOptions, findClassifier } from "./find-classifier.js";
import { listPhotos, type Photo } from "./photo-list.js";

/** How a classifier is opened, and how it works. */
export interface OpenClassifierOptions extends FindClassifierOptions {
  /** Threads of the engine (all cores by default). */
  readonly threads?: number | undefined;
  /** Threads that decode the photos of `classifyAll` (one per core by default, at most eight). */
  readonly workers?: number | undefined;
}

/** A classifier that reads files too. */
export interface PhotoClassifier extends Classifier, ClassifierModel {
  /**
   * Says what a photo shows.
   * @param photo a JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP or PPM file by its path, its bytes, or an image, upright.
   * @param options how many answers are wanted (5 by default).
   * @returns the likeliest classes with their probabilities, the likeliest first.
   * @throws UserError when the photo cannot be read.
   */
  classify(
    photo: string | Uint8Array | ClassifiedImage,
    options?: { readonly top?: number | undefined },
  ): Promise<Answer[]>;
  /** What the network gives for a photo [classes], before it is made probabilities. @throws as `classify` does. */
  logits(photo: string | Uint8Array | ClassifiedImage): Promise<Float32Array>;
  /**
   * Says what many photos show, one after the other; the next ones are decoded while the model works.
   * @param photos files, folders with images, and photos whose bytes are here.
   * @throws UserError when there is none; the signal's reason when it is aborted.
   */
  classifyAll(
    photos: readonly (string | Photo)[],
    options?: ClassifyPhotosOptions,
  ): AsyncGenerator<ClassifiedPhoto, void, undefined>;
  /** Ends the engine and the threads that decode. */
  close(): Promise<void>;
}

/**
 * Opens a classifier of any kind: an `.onnx` file, the folder of a run, a hub id, or a network by name with weights.
 * @throws UserError when there is none, it is no classifier, or an option does not fit it.
 * @example
 * ```ts
 * import { openClassifier } from "senet/node";
 *
 * const classifier = await openClassifier("model.onnx"); // or the folder of a run, a hub id, { model, weights }
 * const answers = await classifier.classify("photo.jpg", { top: 3 });
 * await classifier.close();
 * console.log(answers.map(({ label, probability }) => label.length > 0 && probability < 1)); // [ true, true, true ]
 * ```
 */
export async function openClassifier(
  of: string | ModelQuery,
  { threads, workers, ...options }: OpenClassifierOptions = {},
): Promise<PhotoClassifier> {
  const model = await findClassifier(of, options);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { nodeDecodePool } = await import("../../data/node/decode/node-decode-pool.js");
  const { openProgram } = await import("../../evaluate/ask.js");
  const runtime = nodeRuntime({ threads });
  const pool = nodeDecodePool(workers);
  const close = async () => void (await Promise.all([runtime.close(), pool.close()]));
  try {
    const asker = await openProgram(forModelFile(runtime, queryOf(of).model), model.program);
    const classifier = classifierOn(asker, model.program, model);
    const imageOf = (photo: string | Uint8Array | ClassifiedImage) =>
      typeof photo === "string" || photo instanceof Uint8Array ? decoded(photo, model) : photo;
    return {
      ...model,
      classify: async (photo, asked) => classifier.classify(await imageOf(photo), asked),
      logits: async (photo) => classifier.logits(await imageOf(photo)),
      async *classifyAll(photos, asked = {}) {
        yield* classifyPhotos(await listPhotos(photos), model, asker, pool, asked);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function decoded(photo: string | Uint8Array, { preprocessing }: ClassifierModel) {
  const { readPhoto } = await import("../../data/node/decode/read-photo.js");
  return readPhoto(photo, preprocessing.mean.length === 1 ? 1 : 3);
}
