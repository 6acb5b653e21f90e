import type { Pixels } from "../../data/augment/pixels.js";
import { type Answer, answersOf } from "../../evaluate/answers.js";
import { floatsOf } from "../../graph/tensor.js";
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

/** A model that says what photos show. */
export interface Classifier extends ClassifierModel {
  /**
   * Says what a photo shows.
   * @param photo a JPEG, PNG, WebP, AVIF or GIF file by its path, its bytes, or the pixels [H, W, C] of an image,
   *   upright.
   * @param options how many answers are wanted (5 by default).
   * @returns the likeliest classes with their probabilities, the likeliest first.
   * @throws UserError when the photo cannot be read.
   */
  classify(photo: string | Uint8Array | Pixels, options?: { readonly top?: number | undefined }): Promise<Answer[]>;
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
): Promise<Classifier> {
  const model = await findClassifier(of, options);
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { DecodePool } = await import("../../data/node/decode/decode-pool.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const runtime = nodeRuntime({ threads });
  const pool = new DecodePool(workers);
  const close = async () => void (await Promise.all([runtime.close(), pool.close()]));
  try {
    const session = await forModelFile(runtime, queryOf(of).model).open(writeOnnx(model.graph, model.weights));
    return {
      ...model,
      async classify(photo, { top = 5 } = {}) {
        const { x, shape } = await inputOf(photo, model);
        const feeds = { [model.graph.inputs[0]!.name]: { dtype: "float32", shape, data: x } as const };
        const logits = (await session.run(feeds))[model.graph.outputs[0]!.name]!;
        return answersOf(floatsOf(logits), model.classes, top);
      },
      async *classifyAll(photos, asked = {}) {
        yield* classifyPhotos(await listPhotos(photos), model, session, pool, asked);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The input of the network [1, C, H, W] that a photo makes. */
async function inputOf(photo: string | Uint8Array | Pixels, { preprocessing }: ClassifierModel) {
  const { preprocess } = await import("../../data/preprocess.js");
  const { height, width, mean } = preprocessing;
  const encoded = typeof photo === "string" || photo instanceof Uint8Array;
  const pixels = encoded ? await decoded(photo, mean.length) : photo;
  return { x: preprocess(pixels, preprocessing), shape: [1, mean.length, height, width] };
}

async function decoded(photo: string | Uint8Array, channels: number): Promise<Pixels> {
  const { readPhoto } = await import("../../data/node/decode/read-photo.js");
  return readPhoto(photo, channels === 1 ? 1 : 3);
}
