import { classCount, inputOf } from "../../classifier/classifier-shape.js";
import type { ClassifierFacts } from "../../classifier/open-classifier.js";
import type { ImageSize } from "../../data/image-size.js";
import { optionError, UserError } from "../../errors.js";
import type { Model } from "../../graph/graph.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import { findModel } from "../model/find-model.js";
import { knownCard } from "../model/known-card.js";
import { type ModelQuery, type Opening, queryOf } from "../model/model-query.js";
import { weightsSources } from "../model/model-source.js";
import { readClassNames, usualClassNames } from "./class-names.js";
import { changedPreprocessing, type PreprocessingChanges } from "./preprocessing.js";

/** What is asked of a classifier otherwise than it says itself. */
export interface FindClassifierOptions extends Opening {
  /** Height and width of the input, in pixels; the model's own by default. */
  readonly size?: ImageSize | undefined;
  /** The names of the classes, or the path of a file with them, one a line or as JSON. */
  readonly labels?: string | readonly string[] | undefined;
  readonly preprocessing?: PreprocessingChanges | undefined;
}

/** A model that gives photos classes: all that is needed to ask it. */
export interface ClassifierModel extends Model, ClassifierFacts {}

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
  { size, labels, preprocessing: changes = {}, ...opening }: FindClassifierOptions = {},
): Promise<ClassifierModel> {
  const query = queryOf(of);
  const { model } = query;
  const { cropMode } = changes;
  const found = await findModel(query, { ...opening, size, cropMode }).catch(explain);
  const { graph, weights } = found;
  if (weights === undefined) throw optionError("weights", `got none for ${model}; give ${weightsSources}`);
  const [channels, height, width] = inputOf(graph, size, model);
  const count = classCount(graph, model);
  const card = (await knownCard(found, cropMode))?.card;
  const { cardPreprocessing } = await import("../../models/card/model-card.js");
  const own = card && cardPreprocessing(card, { height, width });
  const preprocessing = changedPreprocessing(own, changes, [channels, height, width], model);
  const classes =
    labels === undefined ? (card?.classes ?? (await usualClassNames(count))) : await namesIn(labels, count);
  if (classes.length === count) return { graph, weights, preprocessing, classes };
  throw new UserError(`${model}: its card names ${classes.length} classes of ${count}; give the names of all`, {
    option: "labels",
  });
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
