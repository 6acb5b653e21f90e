import { Option } from "commander";
import { attentionOption, number } from "../../cli/flags/options.js";
import { type PreprocessingFlags, preprocessingOptions, withFlags } from "../../cli/flags/preprocessing-options.js";
import { sizeOption } from "../../cli/flags/size-option.js";
import type { ImageSize } from "../../data/image-size.js";
import type { CropMode, Preprocessing } from "../../data/preprocessing.js";
import { UserError } from "../../errors.js";
import type { Model } from "../../graph/graph.js";
import type { ModelCard } from "../../models/card/model-card.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import { type FoundModel, findModel } from "../model/find-model.js";
import { modelSources, weightsSources } from "../model/model-source.js";
import { readClassNames, usualClassNames } from "./class-names.js";
import { classCount, inputOf } from "./classifier-shape.js";

/** What says which classifier, as commander parsed it. */
export interface ClassifierFlags extends PreprocessingFlags {
  readonly model: string;
  readonly weights?: string;
  readonly size?: ImageSize;
  readonly classes?: number;
  readonly attention?: string;
  readonly shortcut?: "projection" | "A";
  readonly labels?: string;
}

/** The flags of `ClassifierFlags` but for `--model`, which commands require. */
export function classifierOptions(): Option[] {
  return [
    new Option("--weights <weights>", `${weightsSources}; needed with a network's name`),
    new Option("--labels <file>", "names of the classes, one a line, or JSON (default: the model's, or ImageNet's)"),
    sizeOption("height and width of the input (default: the model's own)"),
    number("--classes <n>", "of a network by name (default: its own)"),
    attentionOption(),
    new Option("--shortcut <kind>", "of a network by name, past a change of shape").choices(["projection", "A"]),
    ...preprocessingOptions(),
  ];
}

/** `--model` of commands that classify. */
export const classifierModel = ["--model <model>", modelSources] as const satisfies readonly string[];

/** A model that gives photos classes: all that is needed to ask it. */
export interface Classifier extends Model {
  /** The preprocessing of the photos it takes; as many means as channels. */
  readonly preprocessing: Preprocessing;
  /** The names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
}

/**
 * Opens the classifier that the flags name, prepared for photos as it says itself, or as its published weights were
 * evaluated.
 * @param onNotice told what the user should know, in lines.
 * @throws UserError when there is none, or flags do not fit it.
 */
export async function openClassifier(
  flags: ClassifierFlags,
  onNotice: (text: string) => void = (text) => process.stderr.write(`senet: ${text}\n`),
): Promise<Classifier> {
  const { model, size, cropMode, classes, attention, shortcut } = flags;
  const network = { classes, attention, shortcut };
  const found = await findModel(flags, { network, size, cropMode, onNotice }).catch(explain);
  const { graph, weights } = found;
  if (weights === undefined) throw new UserError(`--weights: got none for ${model}; give ${weightsSources}`);
  const [channels, height, width] = inputOf(graph, size, model);
  const count = classCount(graph, model);
  const card = await cardOf(found, cropMode);
  const { cardPreprocessing } = await import("../../models/card/model-card.js");
  const own = card && cardPreprocessing(card, { height, width });
  const preprocessing = withFlags(own, flags, [channels, height, width], model);
  const names =
    flags.labels === undefined
      ? (card?.classes ?? (await usualClassNames(count)))
      : await readClassNames(flags.labels, count);
  if (names.length === count) return { graph, weights, preprocessing, classes: names };
  throw new UserError(`${model}: its card names ${names.length} classes of ${count}; give --labels`);
}

/** What the model says about itself, or what is published of its name. */
async function cardOf(
  { name, graph, origin }: FoundModel,
  cropMode: CropMode | undefined,
): Promise<ModelCard | undefined> {
  const { hasCard, readCard } = await import("../../models/card/model-card.js");
  if (hasCard(graph)) return readCard(graph);
  if (name === undefined) return undefined;
  const { publishedCard } = await import("../model/published-card.js");
  return publishedCard(name, graph, origin, cropMode);
}

/** @throws the error, with a hint where nothing but the projections of shortcuts is missing. */
function explain(error: unknown): never {
  if (!(error instanceof WeightsMismatch)) throw error;
  const { message, missing, surplus, misshapen } = error;
  const projections = missing.length > 0 && missing.every((name) => /\.downsample\./.test(name));
  if (!projections || surplus.length + misshapen.length > 0) throw error;
  const hinted = `${message}; of a network whose shortcuts have no parameters? then --shortcut A`;
  throw new WeightsMismatch(hinted, missing, surplus, misshapen);
}
