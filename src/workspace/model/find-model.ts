import { extentOf, type ImageSize } from "../../data/image-size.js";
import type { CropMode } from "../../data/preprocessing.js";
import { optionError } from "../../errors.js";
import type { Graph, Model, Weights } from "../../graph/graph.js";
import { formatAttention } from "../../layers/attention/attention.js";
import type { InputSize, ModelOptions } from "../../models/model.js";
import type { InputForm } from "../../read/input-form.js";
import { checkWeights } from "./check-memory.js";
import type { ModelQuery, NetworkOptions, Opening } from "./model-query.js";
import { type ModelSource, modelFileOf, modelSource } from "./model-source.js";

/** What the model is wanted for. */
export interface FindOptions extends Opening {
  /** How many classes the model is to have, where that is not its own to say; see `renewHead`. */
  readonly classes?: number | undefined;
  /** The images it will see, [C, H, W]; the model's own by default. */
  readonly image?: InputSize | undefined;
  /** Their height and width instead. */
  readonly size?: ImageSize | undefined;
  /** What becomes of photos of another shape, where a repository describes how they are prepared. */
  readonly cropMode?: CropMode | undefined;
  /** How many channels the images have, where nothing else is said of them; the model's own by default. */
  readonly channels?: number | undefined;
  /** The only batch size it will see. */
  readonly batch?: number | undefined;
  /** Whether the last layer may start anew for another number of classes; off unless asked for. */
  readonly renewHead?: boolean | undefined;
  /** Whether a file is brought into the form that training takes, see `openFileToTrain`. */
  readonly toTrain?: boolean | undefined;
  /** The output that is trained, by name, where a file has several that may be. */
  readonly output?: string | undefined;
  /** Patterns of a file's settings, such as a mean, that learn all the same. */
  readonly learnBuffers?: readonly string[] | undefined;
  /** Whether a file of weights may hold more than the network, as checkpoints of runs do. */
  readonly allowSurplus?: boolean | undefined;
}

/** A network, before its weights. */
export interface FoundNetwork {
  readonly source: ModelSource;
  /** Its name in the zoo, where that is known. */
  readonly name?: string | undefined;
  readonly graph: Graph;
  /** How a file that was opened to train takes images. */
  readonly input?: InputForm | undefined;
}

/** A model as a query names it. The graph has the card of its weights, where they come with one. */
export interface FoundModel extends FoundNetwork {
  /** Undefined for a network by name alone. */
  readonly weights: Weights | undefined;
  /** Parameters of a last layer that starts anew. */
  readonly renewed: readonly string[];
  /** What is said where the weights come from, of images and classes: entries of a model's metadata. */
  readonly said: ReadonlyMap<string, string>;
  /** Where the weights come from. */
  readonly origin: string;
}

/**
 * Finds the model that a query names, with the weights it names or the model's own.
 * @throws UserError when there is no such model, or its options or weights do not fit it.
 */
export async function findModel(query: ModelQuery, options: FindOptions = {}): Promise<FoundModel> {
  const { weights: from, model } = query;
  const source = modelSource(model);
  for (const [option, given] of Object.entries({ answer: options.output, learnBuffers: options.learnBuffers })) {
    if (given === undefined || !options.toTrain || source === "file") continue;
    throw optionError(option, `got ${given} with ${model}; expected it with an .onnx file`);
  }
  if (from === undefined) return withOwnWeights(query, options);
  const found = await findNetwork(query, options);
  const { findWeights } = await import("./find-weights.js");
  const { renewHead, allowSurplus, cropMode, signal, onProgress, onNotice, hub } = options;
  const { metadata, ...read } = await findWeights(from, found.graph, {
    model: found.name,
    ...query.taking,
    ...{ renewHead, cropMode, allowSurplus: allowSurplus || query.taking?.allowSurplus },
    ...{ signal, onProgress, onNotice, hub },
  });
  const { saidFor } = await import("./for-channels.js");
  const said = saidFor({ metadata }, Number(found.graph.inputs[0]!.shape[1]));
  const graph = { ...found.graph, metadata: new Map([...found.graph.metadata, ...said]) };
  return { ...found, ...read, graph, said };
}

/** Finds the network alone: of a repository only its `config.json` is fetched. @throws UserError as `findModel`. */
export async function findNetwork(query: ModelQuery, options: FindOptions = {}): Promise<FoundNetwork> {
  const { model, network } = query;
  const source = modelSource(model);
  if (source === "name") return byName(query, options);
  refuseNetworkOptions(network, source);
  if (source === "file") {
    const { graph, input } = await ofFile(model, options);
    return { source, graph, input };
  }
  const { openHubGraph } = await import("./open-hub.js");
  const { name, graph } = await openHubGraph(model, hubOptions(options));
  return { source, name, graph };
}

async function withOwnWeights(query: ModelQuery, options: FindOptions): Promise<FoundModel> {
  const { model, network } = query;
  const source = modelSource(model);
  if (source === "name") {
    const found = await byName(query, options);
    return { ...found, weights: undefined, renewed: [], said: new Map(), origin: model };
  }
  refuseNetworkOptions(network, source);
  if (source === "file") {
    const found = await ofFile(model, options);
    return { source, ...found, said: found.graph.metadata, origin: modelFileOf(model) };
  }
  const { openHub } = await import("./open-hub.js");
  const { name, graph, weights, renewed, label } = await openHub(model, hubOptions(options));
  return { source, name, graph, weights, renewed, said: graph.metadata, origin: label };
}

async function byName({ model: name, network = {} }: ModelQuery, options: FindOptions): Promise<FoundNetwork> {
  const { createModel, modelEntry } = await import("../../models/index.js");
  const { image, size } = options;
  const [own, ...sides] = modelEntry(name).input; // an unknown name is told first
  const { height, width } = extentOf(size ?? sides);
  const input = image ?? ([options.channels ?? own, height, width] as const);
  const classes = network.classes ?? options.classes;
  const graph = createModel(name, { ...modelOptions({ ...network, classes }), ...(input && { input }) });
  checkWeights(graph);
  return { source: "name", name, graph };
}

/** The options that are given. */
export function modelOptions({ classes, attention, start, shortcut, aux }: NetworkOptions): ModelOptions {
  return {
    ...(classes !== undefined && { classes }),
    ...(attention && { attention }),
    ...(start && { start }),
    ...(shortcut && { shortcut }),
    ...(aux && { aux }),
  };
}

async function ofFile(path: string, options: FindOptions) {
  const { classes, renewHead } = options;
  const model = await openFile(modelFileOf(path), options);
  if (!renewHead || classes === undefined || model.graph.outputs[0]!.shape.at(-1) === classes) {
    return { ...model, renewed: [] };
  }
  const { withClasses } = await import("../../clean/with-classes.js");
  const { headOf } = await import("../../read/head.js");
  // One number for two classes makes way for a logit of each.
  const whole = options.toTrain ? await openFile(modelFileOf(path), { ...options, onNotice: undefined }, false) : model;
  const renewed = headOf(whole.graph).map(({ name }) => name);
  return { ...whole, graph: withClasses(whole.graph, classes), renewed };
}

async function openFile(
  path: string,
  options: FindOptions,
  pair = true,
): Promise<Model & { readonly input?: InputForm | undefined }> {
  const { openFileToTrain, openModelFile } = await import("./model-file.js");
  const { image, size, channels, batch, toTrain, output, learnBuffers, onNotice } = options;
  if (!toTrain) return openModelFile(path, { image, size, channels, batch, onNotice });
  return openFileToTrain(path, { image, batch, output, learnBuffers, pair, onNotice });
}

function hubOptions({ image, size, channels, cropMode, classes, ...rest }: FindOptions) {
  const { renewHead, signal, onProgress, onNotice, hub } = rest;
  const model = { ...(image && { input: image }), ...(classes !== undefined && { classes }) };
  return { model, size, channels, cropMode, renewHead, signal, onProgress, onNotice, hub };
}

/** What the options of a network say where nobody chose them. */
const harmless: readonly unknown[] = [false, "projection", "identity"];

/** @throws UserError for what makes another network, which a model with weights of its own has no use for. */
export function refuseNetworkOptions(network: NetworkOptions = {}, source: "file" | "hub"): void {
  const { classes, attention, start, shortcut, aux } = network;
  const given = { classes, attention: attention && formatAttention(attention), start, shortcut, aux };
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined || harmless.includes(value)) continue;
    const got = value === true ? "it" : value;
    const kind = source === "hub" ? "a hub id" : "a file";
    throw optionError(option, `got ${got} with ${kind}; expected it with a network's name`);
  }
}
