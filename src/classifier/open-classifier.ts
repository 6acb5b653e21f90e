import { type CanvasPixels, type Pixels, pixelsOf } from "../data/augment/pixels.js";
import { imageWriter } from "../data/augment/write-image.js";
import { checkNumbers } from "../data/image-set.js";
import type { ImageSize } from "../data/image-size.js";
import { preprocess } from "../data/preprocess.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { optionError, UserError } from "../errors.js";
import { type Answer, answersOf } from "../evaluate/answers.js";
import { type Asker, activationOf, openProgram, type Program, programOf, programOfModel } from "../evaluate/ask.js";
import type { Graph, Model } from "../graph/graph.js";
import { outlineOnnx } from "../graph/onnx/outline.js";
import { cardEntries, cardPreprocessing, hasCard, readCard } from "../models/card/model-card.js";
import { NotFinite } from "../runtime/not-finite.js";
import type { Runtime } from "../runtime/runtime.js";
import { inputOf, ownStatistics } from "./classifier-shape.js";

/**
 * What a classifier is asked about: the pixels of a photo of any size, which it prepares; or the numbers [C, H, W] of an
 * image that has the size of its input already, in the range of the data that it was trained on (0–1 as a rule), which
 * it normalises.
 */
export type ClassifiedImage = Pixels | CanvasPixels | Float32Array;

/** What a classifier is made of. */
export interface ClassifierParts {
  /** The engine that runs it, which stays open: `ortRuntime` in a page, `nodeRuntime` in Node. */
  readonly runtime: Runtime;
  /** The bytes of an `.onnx` file, or a graph and its weights. */
  readonly model: Uint8Array | Model;
  /** The output that is the answer, by name, where the model has several that may be. */
  readonly output?: string | undefined;
  /** The names of the classes, in the order of the logits; those of the model's card by default, else their numbers. */
  readonly classes?: readonly string[] | undefined;
  /** How images are prepared: the dataset that it was trained on says it, and the model's card does by default. */
  readonly preprocessing?: Preprocessing | undefined;
  /** Height and width of the input, where the model takes images of any size. */
  readonly size?: ImageSize | undefined;
}

/** What names a classifier's answers and prepares its images. */
export interface ClassifierFacts {
  /** The names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
  /** How images are prepared; as many means as channels. */
  readonly preprocessing: Preprocessing;
}

/** A model that says what images show. */
export interface Classifier extends ClassifierFacts {
  /**
   * Says what an image shows.
   * @param options how many answers are wanted (5 by default).
   * @returns the likeliest classes with their probabilities, the likeliest first.
   * @throws UserError when the image has no pixels, its numbers do not fit the input, or the model gives NaN for it.
   */
  classify(image: ClassifiedImage, options?: { readonly top?: number | undefined }): Promise<Answer[]>;
  /**
   * The logits of an image [classes]; of a model that gives probabilities, what a softmax makes those of.
   * @throws as `classify` does.
   */
  logits(image: ClassifiedImage): Promise<Float32Array>;
  /** Frees the model; the runtime stays open. */
  close(): Promise<void>;
}

/**
 * Opens a model to be asked what images show, on any runtime: in a page, a server, a test. `openClassifier` of
 * `senet/node` opens one by its path or its name, and takes files of photos.
 * @throws UserError when the model is no classifier, or does not say how its images are prepared and the caller does
 *   not either.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { openClassifier } from "senet";
 * import { nodeRuntime } from "senet/node";
 *
 * const runtime = nodeRuntime(); // in a page: ortRuntime(ort)
 * const classifier = await openClassifier({ runtime, model: await readFile("model.onnx") });
 * const pixels = { data: new Uint8ClampedArray(60 * 40 * 4), width: 60, height: 40 }; // or context.getImageData(…)
 * const answers = await classifier.classify(pixels, { top: 2 });
 * console.log(answers.map(({ label, probability }) => label.length > 0 && probability < 1)); // [ true, true ]
 * console.log((await classifier.logits(pixels)).length); // 26
 * await classifier.close();
 * await runtime.close();
 * ```
 */
export async function openClassifier(parts: ClassifierParts): Promise<Classifier> {
  const { runtime, model } = parts;
  const outline = model instanceof Uint8Array ? outlineOnnx(model) : model.graph;
  const program = model instanceof Uint8Array ? programOf(model, outline.name, parts) : programOfModel(model, parts);
  const facts = factsOf(program, outline, parts);
  return classifierOn(await openProgram(runtime, program), program, facts);
}

/** A classifier whose model is open already; closing it releases the model. */
export function classifierOn(
  asker: Asker,
  { answer }: Pick<Program, "answer">,
  { classes, preprocessing }: ClassifierFacts,
): Classifier {
  const { height, width, mean } = preprocessing;
  const shape = [1, mean.length, height, width] as const;
  const logits = (image: ClassifiedImage) => asker.logits({ data: prepared(image, preprocessing), shape });
  return {
    classes,
    preprocessing,
    logits: async (image) => logits(image),
    classify: async (image, { top = 5 } = {}) => {
      const found = await logits(image);
      const broken = new NotFinite();
      broken.look(found, 0);
      broken.check(1);
      return answersOf(found, classes, top, activationOf(answer));
    },
    close: () => asker.release(),
  };
}

/** The input of the network [C, H, W] that an image makes. */
export function prepared(image: ClassifiedImage, preprocessing: Preprocessing): Float32Array {
  if (!(image instanceof Float32Array)) return preprocess(pixelsOf(image), preprocessing);
  const { height, width, mean } = preprocessing;
  const geometry = { channels: mean.length, height, width };
  const size = mean.length * height * width;
  if (image.length !== size) {
    throw new UserError(
      `classify: got ${image.length} numbers; expected ${size}, [${mean.length}, ${height}, ${width}]`,
    );
  }
  checkNumbers(image, size, "classify", true);
  const x = new Float32Array(size);
  imageWriter(image, geometry, preprocessing)(x, 0, 0);
  return x;
}

/** What the caller says of a model, or else its card. @throws UserError when neither says it, or it does not fit. */
export function factsOf(
  { input, answer }: Program,
  graph: Pick<Graph, "name" | "metadata">,
  { classes, preprocessing, size }: ClassifierParts,
): ClassifierFacts {
  const given = preprocessing && ([preprocessing.height, preprocessing.width] as const);
  const [channels, height, width] = inputOf(input, given ?? size, graph.name);
  const count = answer.classes;
  const card = hasCard(graph) ? readCard(graph) : undefined;
  const said = preprocessing ? cardEntries(preprocessing) : (card ?? ownStatistics(input));
  const how = said && cardPreprocessing(said, { height, width });
  if (how === undefined) {
    throw new UserError(
      `${graph.name}: does not say how its images are prepared; give preprocessing, such as the dataset that it was trained on`,
      { option: "preprocessing" },
    );
  }
  if (how.mean.length !== channels) {
    throw optionError("preprocessing", `got ${how.mean.length} means; expected ${channels}, one for each channel`);
  }
  const names = classes ?? card?.classes ?? Array.from({ length: count }, (_, index) => String(index));
  if (names.length === count) return { classes: names, preprocessing: how };
  throw optionError("classes", `got ${names.length} names; expected ${count}, as the model has classes`);
}
