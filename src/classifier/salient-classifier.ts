import { optionError, UserError } from "../errors.js";
import { type Answer, answersOf } from "../evaluate/answers.js";
import { activationOf, askerOn, programOfModel } from "../evaluate/ask.js";
import { type CamMethod, camMethods } from "../explain/cam-methods.js";
import { saliencyProgram } from "../explain/saliency-program.js";
import type { Model } from "../graph/graph.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { elements, float32, floatsOf } from "../graph/tensor.js";
import { NotFinite } from "../runtime/not-finite.js";
import {
  type ClassifiedImage,
  type ClassifierFacts,
  type ClassifierParts,
  factsOf,
  prepared,
} from "./open-classifier.js";

/** What {@link openSalientClassifier} takes. */
export interface SalientParts extends ClassifierParts {
  /** The map that is looked at, by the name of its value; the last one with places by default. */
  readonly layer?: string | undefined;
}

/** How an image is looked at. */
export interface SaliencyOptions {
  /** The class, by its name or its index; the likeliest one by default. */
  readonly class?: string | number | undefined;
  /** `grad-cam` by default. */
  readonly method?: CamMethod | undefined;
  /** How many answers are wanted (5 by default). */
  readonly top?: number | undefined;
}

/** Where a model looks when it speaks for a class. */
export interface SaliencyMap {
  /** The class's index and name, and its logit. */
  readonly index: number;
  readonly label: string;
  readonly logit: number;
  readonly method: CamMethod;
  /**
   * [height, width], over the image as the model takes it, from 0 up, in units of the logit's gradient times the map:
   * divide by the largest to draw it. Undefined where nothing is to be seen: see `without`.
   */
  readonly map: Float32Array | undefined;
  readonly height: number;
  readonly width: number;
  /** Why there is no map. */
  readonly without: string | undefined;
}

/** What a model says of an image, and where it looks. */
export interface SalientAnswers {
  readonly answers: Answer[];
  readonly saliency: SaliencyMap;
}

/** A classifier that shows where it looks. */
export interface SalientClassifier extends ClassifierFacts {
  /** The map that is looked at. */
  readonly layer: string;
  /**
   * Says what an image shows, and which places speak for a class.
   * @throws UserError as `Classifier.classify`, and for a class or a method that does not exist.
   */
  look(image: ClassifiedImage, options?: SaliencyOptions): Promise<SalientAnswers>;
  /** Frees the model; the runtime stays open. */
  close(): Promise<void>;
}

/**
 * Opens a model to be asked where it looks: class activation maps by the gradient of a logit, for any graph whose
 * operators behind the map have gradients. Maps are no proof of what a model uses: compare them with those of a network with
 * random weights (Adebayo et al., arXiv:1810.03292).
 * @throws UserError as `openClassifier`, and for a model without such a map or gradient.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { openSalientClassifier } from "senet/explain";
 * import { nodeRuntime } from "senet/node";
 *
 * const runtime = nodeRuntime(); // in a page: webRuntime of senet/web
 * const classifier = await openSalientClassifier({ runtime, model: await readFile("model.onnx") });
 * const pixels = { data: new Uint8ClampedArray(60 * 40 * 4), width: 60, height: 40 }; // or context.getImageData(…)
 * const { saliency } = await classifier.look(pixels, { method: "layer-cam" });
 * await classifier.close();
 * await runtime.close();
 * console.log(saliency.height, saliency.width); // 8 8
 * ```
 */
export async function openSalientClassifier(parts: SalientParts): Promise<SalientClassifier> {
  const model: Model = parts.model instanceof Uint8Array ? readOnnx(parts.model) : parts.model;
  const facts = factsOf(programOfModel(model, parts), model.graph, parts);
  const { height, width, mean } = facts.preprocessing;
  const made = saliencyProgram(model, { ...parts, image: [mean.length, height, width] });
  const { program, layer, channels } = made;
  const session = await parts.runtime.open(program.onnx, {
    outputs: [program.answer.output, made.map, made.gradient],
  });

  /** Runs the model, with weights for its logits. */
  async function ask(image: Float32Array, pick: readonly (readonly [number, number])[]) {
    const data = new Float32Array(elements(made.picked));
    for (const [at, weight] of pick) data[at] = weight;
    const run: typeof session.run = (feeds) => session.run({ ...feeds, [made.pick]: float32(made.picked, data) });
    const found = await askerOn({ ...session, run }, program).all({
      data: image,
      shape: [1, mean.length, height, width],
    });
    const broken = new NotFinite();
    broken.look(found.logits, 0);
    broken.check(1);
    return found;
  }

  const rows = (values: Float32Array) => inRows(values, made.axis, channels, made.height * made.width);
  return {
    ...facts,
    layer,
    look: async (image, { class: wanted, method = "grad-cam", top = 5 } = {}) => {
      if (!Object.hasOwn(camMethods, method)) {
        throw optionError("method", `got ${method}; expected one of ${Object.keys(camMethods).join(", ")}`);
      }
      const x = prepared(image, facts.preprocessing);
      const index = wanted === undefined ? largest((await ask(x, [])).logits) : indexOfClass(facts.classes, wanted);
      // A single number is the logit of the second of two classes.
      const picked = elements(made.picked) === 1 ? ([0, index === 1 ? 1 : -1] as const) : ([index, 1] as const);
      const { logits, outputs } = await ask(x, [picked]);
      const map = camMethods[method]({
        ...{ map: rows(floatsOf(outputs[made.map])), gradient: rows(floatsOf(outputs[made.gradient])), channels },
      });
      const label = facts.classes[index]!;
      const without = reasonAgainst(map, layer, label);
      return {
        answers: answersOf(logits, facts.classes, top, activationOf(program.answer)),
        saliency: {
          ...{ index, label, logit: logits[index]!, method, height: made.height, width: made.width, without },
          map: without === undefined ? map : undefined,
        },
      };
    },
    close: () => session.release(),
  };
}

/** Why a map is not to be drawn. */
function reasonAgainst(map: Float32Array, layer: string, label: string): string | undefined {
  if (!map.every(Number.isFinite)) return `the map of ${label} at ${layer} is not finite`;
  if (map.every((value) => value === 0)) return `nothing at ${layer} speaks for ${label}: its map is zero everywhere`;
  return undefined;
}

/** [C, H·W] of what is [C, H·W] or [H·W, C]. */
function inRows(values: Float32Array, axis: 1 | 3, channels: number, places: number): Float32Array {
  const one = values.subarray(0, channels * places);
  if (axis === 1) return one;
  return Float32Array.from(one, (_, i) => one[(i % places) * channels + Math.floor(i / places)]!);
}

const largest = (logits: Float32Array) => logits.reduce((best, value, i) => (value > logits[best]! ? i : best), 0);

/** @throws UserError when there is no such class. */
function indexOfClass(classes: readonly string[], wanted: string | number): number {
  const index = typeof wanted === "number" ? wanted : classes.indexOf(wanted);
  if (Number.isInteger(index) && index >= 0 && index < classes.length) return index;
  const some = classes.slice(0, 5).join(", ");
  throw new UserError(
    `got class ${wanted}; expected ${typeof wanted === "number" ? `0 to ${classes.length - 1}` : `one of ${some}${classes.length > 5 ? ", …" : ""}`}`,
    { option: "class" },
  );
}
