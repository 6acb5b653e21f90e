import { Option } from "commander";
import { extentOf, type ImageSize } from "../data/centre-crop.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { UserError } from "../errors.js";
import type { Graph, Model } from "../graph/graph.js";
import type { ModelOptions } from "../models/model.js";
import { WeightsMismatch } from "../weights/load-weights.js";
import { cifarClassNames, readClassNames, usualClassNames } from "./class-names.js";
import { classCount, inputOf } from "./classifier-shape.js";
import { openModelFile } from "./model-file.js";
import { modelSource, modelSources } from "./model-source.js";
import { runFileOf } from "./model-to-export.js";
import { attentionOption, number, wholeNumber } from "./options.js";
import { type PreprocessingFlags, preprocessingOptions, withFlags } from "./preprocessing-options.js";
import { sizeOption } from "./size-option.js";

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
    new Option("--weights <file>", "a .pth, .th, .safetensors or .onnx file; needed with a network's name"),
    new Option("--labels <file>", "names of the classes, one a line, or JSON (default: the model's, or ImageNet's)"),
    sizeOption("of the input (default: the model's own)"),
    number("--classes <n>", "of a network by name (default: its own)"),
    attentionOption(),
    new Option("--shortcut <kind>", "of a network by name, past a change of shape").choices(["projection", "A"]),
    ...preprocessingOptions(),
  ];
}

/** `--model` of commands that classify. */
export const classifierModel = [
  "--model <model>",
  `the folder of a run, ${modelSources}`,
] as const satisfies readonly string[];

/** A model that gives photos classes: all that is needed to ask it. */
export interface Classifier extends Model {
  /** The preprocessing of the photos it takes; as many means as channels. */
  readonly preprocessing: Preprocessing;
  /** The names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
}

/** A model and what it says about itself. */
interface Found extends Model {
  /** In the zoo, where that is known. */
  readonly name?: string;
  readonly preprocessing: Preprocessing | undefined;
  readonly classes: readonly string[] | undefined;
}

/**
 * Opens the classifier that the flags name: a network of the zoo with the weights of a file, an `.onnx` file, a run's
 * folder, or a model of the hub; prepared for photos as it says itself, or as its published weights were evaluated.
 * @param onNotice told what the user should know, in lines.
 * @throws UserError when there is none, or flags do not fit it.
 */
export async function openClassifier(
  flags: ClassifierFlags,
  onNotice: (text: string) => void = (text) => process.stderr.write(`senet: ${text}\n`),
): Promise<Classifier> {
  const { graph, weights, ...own } = await find(flags, onNotice);
  const [channels, height, width] = inputOf(graph, flags.size, flags.model);
  const count = classCount(graph, flags.model);
  const preprocessing = withFlags(own.preprocessing, flags, [channels, height, width], flags.model);
  const classes =
    flags.labels === undefined
      ? (own.classes ?? (await usualClassNames(count)))
      : await readClassNames(flags.labels, count);
  if (classes.length !== count) {
    throw new UserError(`${flags.model}: its card names ${classes.length} classes of ${count}; give --labels`);
  }
  return { graph, weights, preprocessing, classes };
}

function find(flags: ClassifierFlags, onNotice: (text: string) => void): Promise<Found> {
  const source = modelSource(flags.model);
  if (source !== "name") refuse(flags, ["classes", "attention", "shortcut"], source);
  if (source === "name") return byName(flags, onNotice);
  return source === "file" ? fromFile(flags, onNotice) : fromHub(flags, onNotice);
}

/** @throws UserError for the first of `names` that is given, though only networks by name take it. */
function refuse(flags: ClassifierFlags, names: readonly (keyof ClassifierFlags)[], source: string): void {
  const name = names.find((name) => flags[name] !== undefined);
  if (name === undefined) return;
  const given = source === "hub" ? "a hub id" : "a file";
  throw new UserError(`--${name}: got ${flags[name]} with ${given}; expected it with a network's name`);
}

async function byName(flags: ClassifierFlags, onNotice: (text: string) => void): Promise<Found> {
  const { model, weights: path, classes, attention, shortcut, size, cropMode } = flags;
  const { createModel, modelEntry } = await import("../models/index.js");
  const { input } = modelEntry(model);
  if (path === undefined) {
    throw new UserError(
      `--weights: got none for ${model}; give a .pth, .safetensors or .onnx file with trained weights`,
    );
  }
  const { parseAttention } = await import("../layers/attention.js");
  const options: ModelOptions = {
    ...(size !== undefined && { input: [input[0], extentOf(size).height, extentOf(size).width] }),
    ...(classes !== undefined && { classes: wholeNumber("--classes", classes, 1) }),
    ...(attention !== undefined && { attention: parseAttention(attention) }),
    ...(shortcut && { shortcut }),
  };
  const graph = createModel(model, options);
  const { publishedPreprocessing } = await import("../models/published-preprocessing.js");
  const published = publishedPreprocessing(model, options.input, cropMode);
  const names = cifarClassNames(classCount(graph, model), published.height);
  const found = { name: model, graph, weights: new Map(), preprocessing: published, classes: names };
  const loaded = withWeights(found, flags, onNotice);
  return loaded.catch((error: unknown) => {
    throw lacksProjections(error)
      ? hint(error, "of a network whose shortcuts have no parameters? then --shortcut A")
      : error;
  });
}

/** Whether nothing but the projections of shortcuts is missing. */
function lacksProjections(error: unknown): error is WeightsMismatch {
  if (!(error instanceof WeightsMismatch) || error.misshapen.length + error.surplus.length > 0) return false;
  return error.missing.every((name) => /\.downsample\./.test(name));
}

function hint({ message, missing, surplus, misshapen }: WeightsMismatch, text: string): WeightsMismatch {
  return new WeightsMismatch(`${message}; ${text}`, missing, surplus, misshapen);
}

async function fromFile(flags: ClassifierFlags, onNotice: (text: string) => void): Promise<Found> {
  const path = runFileOf(flags.model);
  if (!/\.onnx$/i.test(path)) {
    throw new UserError(
      `--model: got ${path}; expected ${modelSources}; weights alone go to --weights, with their network's name here`,
    );
  }
  const model = await openModelFile(path);
  const found = { ...model, ...(await said(model.graph, flags)) };
  return flags.weights === undefined ? found : withWeights(found, flags, onNotice);
}

async function fromHub(flags: ClassifierFlags, onNotice: (text: string) => void): Promise<Found> {
  const { openHub, openHubGraph } = await import("./open-hub.js");
  const { size, cropMode } = flags;
  const options = { onNotice, ...(size !== undefined && { size }), ...(cropMode && { cropMode }) };
  if (flags.weights === undefined) {
    const { graph, weights, preprocessing, card } = await openHub(flags.model, options);
    return { graph, weights, preprocessing, classes: card.classes };
  }
  const { graph, preprocessing, card, name } = await openHubGraph(flags.model, options);
  return withWeights({ name, graph, weights: new Map(), preprocessing, classes: card.classes }, flags, onNotice);
}

/** The model with the weights of `--weights`, and what their file says where it is an `.onnx` file with a card. */
async function withWeights(found: Found, flags: ClassifierFlags, onNotice: (text: string) => void): Promise<Found> {
  const { readModelWeights } = await import("./model-weights.js");
  // A last layer with values of its own would give answers of its own.
  const options = { model: found.name, renewHead: false, onNotice };
  const { weights } = await readModelWeights(flags.weights!, found.graph, options);
  if (!/\.onnx$/i.test(flags.weights!)) return { ...found, weights };
  const { readModel } = await import("../graph/node/read-model.js");
  const { preprocessing, classes } = await said(readModel(flags.weights!).graph, flags);
  return { ...found, weights, ...(preprocessing && { preprocessing }), ...(classes && { classes }) };
}

/** What the card of a file says, where it has one. */
async function said(graph: Graph, flags: ClassifierFlags): Promise<Pick<Found, "preprocessing" | "classes">> {
  const { cardPreprocessing, hasCard, readCard } = await import("../models/model-card.js");
  if (!hasCard(graph)) return { preprocessing: undefined, classes: undefined };
  const card = readCard(graph);
  const [, height, width] = inputOf(graph, flags.size, flags.model);
  return { preprocessing: cardPreprocessing(card, { height, width }), classes: card.classes };
}
