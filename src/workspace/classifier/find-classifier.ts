import { inputOf, ownStatistics } from "../../classifier/classifier-shape.js";
import type { ClassifierFacts } from "../../classifier/open-classifier.js";
import type { ImageSize } from "../../data/image-size.js";
import { optionError, UserError } from "../../errors.js";
import type { Program } from "../../evaluate/ask.js";
import type { ModelCard } from "../../models/card/model-card.js";
import type { OnNotice } from "../../notice.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import { findProgram } from "../model/find-program.js";
import { knownCard } from "../model/known-card.js";
import { type ModelQuery, type Opening, queryOf } from "../model/model-query.js";
import { weightsSources } from "../model/model-source.js";
import { readClassNames, usualClassNames } from "./class-names.js";
import { changedPreprocessing, type PreprocessingChanges } from "./preprocessing.js";

/** What is asked of a classifier otherwise than it says itself. */
export interface FindClassifierOptions extends Opening {
  /** Height and width of the input, in pixels; the model's own by default. */
  readonly size?: ImageSize | undefined;
  /** Channels of the input; the model's own by default. For others its first kernels follow. */
  readonly channels?: number | undefined;
  /** The names of the classes, or the path of a file with them, one a line or as JSON. */
  readonly labels?: string | readonly string[] | undefined;
  readonly preprocessing?: PreprocessingChanges | undefined;
  /** The output that is the answer, by name, where the model has several that may be. */
  readonly output?: string | undefined;
}

/** A model that gives photos classes: all that is needed to ask it. */
export interface ClassifierModel extends ClassifierFacts {
  /** What runs, and what its input and its answer mean. */
  readonly program: Program;
  /** What its file, or what is published of its name, says of it. */
  readonly card: ModelCard | undefined;
}

/**
 * Finds the classifier that a query names, prepared for photos as it says itself, or as its published weights were
 * evaluated.
 * @throws UserError when there is none, it is no classifier, or an option does not fit it.
 * @example
 * ```ts
 * import { findClassifier } from "senet/node";
 *
 * const { classes, preprocessing } = await findClassifier("model.onnx");
 * console.log(classes.length, preprocessing.resize); // 26 32
 * ```
 */
export async function findClassifier(
  of: string | ModelQuery,
  { size, channels: asked, labels, output, preprocessing: changes = {}, ...opening }: FindClassifierOptions = {},
): Promise<ClassifierModel> {
  const query = queryOf(of);
  const { model } = query;
  const { cropMode } = changes;
  const found = await findProgram(query, { ...opening, size, channels: asked, cropMode, output }).catch(explain);
  const { program, weights } = found;
  if (weights === undefined) throw optionError("weights", `got none for ${model}; give ${weightsSources}`);
  const [channels, height, width] = inputOf(program.input, size, model);
  const count = program.answer.classes;
  const card = (await knownCard(found, cropMode))?.card;
  const { cardPreprocessing } = await import("../../models/card/model-card.js");
  const inside = ownStatistics(program.input);
  const said = card ?? inside;
  const own = said && cardPreprocessing(said, { height, width });
  const changed = changedPreprocessing(own, changes, [channels, height, width], model);
  // Bytes are fed as they are, whatever mean and std are asked for.
  const preprocessing = program.input.type === "uint8" ? { ...changed, ...inside! } : changed;
  tellPrepared(program, { card, preprocessing: changed, changes }, opening.onNotice);
  const classes =
    labels === undefined ? (card?.classes ?? (await usualClassNames(count))) : await namesIn(labels, count);
  if (classes.length === count) return { program, card, preprocessing, classes };
  throw new UserError(`${model}: its card names ${classes.length} classes of ${count}; give the names of all`, {
    option: "labels",
  });
}

/** Says what was taken of the file's own form where nobody said it, or against what was said. */
function tellPrepared(
  { input }: Program,
  { card, preprocessing, changes }: Pick<ClassifierModel, "card" | "preprocessing"> & { changes: PreprocessingChanges },
  onNotice: OnNotice | undefined,
): void {
  const inside = ownStatistics(input);
  if (inside === undefined) return;
  const { because, type } = input;
  const given = changes.mean !== undefined && changes.std !== undefined;
  const others = [...preprocessing.mean, ...preprocessing.std].some((value, i) => {
    return Math.abs(value - [...inside.mean, ...inside.std][i]!) > 1e-6;
  });
  if (type === "uint8" && others) onNotice?.({ kind: "bytes-as-they-are", because });
  else if (card === undefined && !given) onNotice?.({ kind: "normalised-inside", because });
}

async function namesIn(labels: string | readonly string[], count: number): Promise<readonly string[]> {
  if (typeof labels === "string") return readClassNames(labels, count);
  if (labels.length === count) return labels;
  throw optionError("labels", `got ${labels.length} names; expected ${count}, as the model has classes`);
}

/** @throws the error, with a hint where nothing but the projections of shortcuts is missing. */
function explain(error: unknown): never {
  if (!(error instanceof WeightsMismatch)) throw error;
  const { message, missing, surplus, misshapen } = error;
  const projections = missing.length > 0 && missing.every((name) => /\.downsample\./.test(name));
  if (!projections || surplus.length + misshapen.length > 0) throw error;
  const hinted = `${message}; of a network whose shortcuts have no parameters? then with shortcut A`;
  throw new WeightsMismatch(hinted, missing, surplus, misshapen, { option: "shortcut" });
}
