import { modelOptionsOf, wholeNumber } from "../../cli/flags/options.js";
import { extentOf, type ImageSize } from "../../data/image-size.js";
import type { CropMode } from "../../data/preprocessing.js";
import { UserError } from "../../errors.js";
import type { Graph, Weights } from "../../graph/graph.js";
import type { InputSize } from "../../models/model.js";
import { type ModelSource, modelFileOf, modelSource } from "./model-source.js";

/** What says which model, as every command has it. */
export interface ModelFlags {
  readonly model: string;
  readonly weights?: string | undefined;
}

/** Flags that make another network of one by name. */
export interface NetworkFlags {
  readonly classes?: number | undefined;
  readonly attention?: string | undefined;
  readonly shortcut?: "projection" | "A" | undefined;
  readonly aux?: true | undefined;
}

/** What a command asks of the model. */
export interface FindOptions {
  /** What the user said of a network by name; refused with a file or a hub id. */
  readonly network?: NetworkFlags;
  /** How many classes the model is to have, where that is not its own to say; see `renewHead`. */
  readonly classes?: number | undefined;
  /** The images it will see, [C, H, W]; the model's own by default. */
  readonly image?: InputSize | undefined;
  /** Their height and width instead; a file has its own. */
  readonly size?: ImageSize | undefined;
  /** What becomes of photos of another shape, where a repository describes how they are prepared. */
  readonly cropMode?: CropMode | undefined;
  /** The only batch size it will see. */
  readonly batch?: number | undefined;
  /** Whether the last layer may start anew for another number of classes; off unless asked for. */
  readonly renewHead?: boolean;
  /** Whether the file of `--weights` may hold more than the network, as checkpoints of runs do. */
  readonly allowSurplus?: boolean;
  readonly onNotice?: (text: string) => void;
}

/** A network, before its weights. */
export interface FoundNetwork {
  readonly source: ModelSource;
  /** Its name in the zoo, where that is known. */
  readonly name?: string | undefined;
  readonly graph: Graph;
}

/** A model as its flags say it. The graph has the card of its weights, where they come with one. */
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
 * The model that `--model` names, with the weights that `--weights` names or its own. A model is a network by name, an `.onnx`
 * file, a run's folder or a hub id; weights are a file of tensors, a run's folder or a hub id.
 * @throws UserError when there is no such model, or flags or weights do not fit it.
 */
export async function findModel(flags: ModelFlags, options: FindOptions = {}): Promise<FoundModel> {
  const { model, weights: from } = flags;
  if (from === undefined) return withOwnWeights(model, options);
  const found = await findNetwork(model, options);
  const { readModelWeights } = await import("./model-weights.js");
  const { renewHead, allowSurplus, cropMode, onNotice } = options;
  const asked = { model: found.name, renewHead, allowSurplus, cropMode, onNotice };
  const { metadata: said, ...read } = await readModelWeights(from, found.graph, asked);
  const graph = { ...found.graph, metadata: new Map([...found.graph.metadata, ...said]) };
  return { ...found, ...read, graph, said };
}

/** The network alone: of a repository only its `config.json` is fetched. @throws UserError as `findModel`. */
export async function findNetwork(model: string, options: FindOptions = {}): Promise<FoundNetwork> {
  const source = modelSource(model);
  if (source === "name") return byName(model, options);
  refuse(options, source);
  if (source === "file") return { source, graph: (await ofFile(model, options)).graph };
  const { openHubGraph } = await import("./open-hub.js");
  const { name, graph } = await openHubGraph(model, hubOptions(options));
  return { source, name, graph };
}

async function withOwnWeights(model: string, options: FindOptions): Promise<FoundModel> {
  const source = modelSource(model);
  if (source === "name") {
    const found = await byName(model, options);
    return { ...found, weights: undefined, renewed: [], said: new Map(), origin: model };
  }
  refuse(options, source);
  if (source === "file") {
    const found = await ofFile(model, options);
    return { source, ...found, said: found.graph.metadata, origin: modelFileOf(model) };
  }
  const { openHub } = await import("./open-hub.js");
  const { name, graph, weights, renewed, label } = await openHub(model, hubOptions(options));
  return { source, name, graph, weights, renewed, said: graph.metadata, origin: label };
}

async function byName(name: string, options: FindOptions): Promise<FoundNetwork> {
  const { createModel, modelEntry } = await import("../../models/index.js");
  const { network = {}, image, size } = options;
  const [channels] = modelEntry(name).input; // an unknown name is told first
  const { height, width } = extentOf(size ?? 0);
  const input = image ?? (size === undefined ? undefined : ([channels, height, width] as const));
  const classes = network.classes === undefined ? options.classes : wholeNumber("--classes", network.classes, 1);
  const sizes = { ...(input && { input }), ...(classes !== undefined && { classes }) };
  return { source: "name", name, graph: createModel(name, { ...sizes, ...modelOptionsOf(network) }) };
}

async function ofFile(path: string, { image, batch, classes, renewHead }: FindOptions) {
  const { openModelFile } = await import("./model-file.js");
  const model = await openModelFile(modelFileOf(path), { image, batch });
  if (!renewHead || classes === undefined || model.graph.outputs[0]!.shape.at(-1) === classes) {
    return { ...model, renewed: [] };
  }
  const { withClasses } = await import("../../clean/with-classes.js");
  const { headOf } = await import("../../read/head.js");
  const renewed = headOf(model.graph).map(({ name }) => name);
  return { ...model, graph: withClasses(model.graph, classes), renewed };
}

function hubOptions({ image, size, cropMode, classes, renewHead, onNotice }: FindOptions) {
  return {
    model: { ...(image && { input: image }), ...(classes !== undefined && { classes }) },
    ...(size !== undefined && { size }),
    ...(cropMode && { cropMode }),
    ...(renewHead && { renewHead }),
    ...(onNotice && { onNotice }),
  };
}

/** @throws UserError for what makes another network, which a model with weights of its own has no use for. */
export function refuse({ network = {} }: Pick<FindOptions, "network">, source: "file" | "hub"): void {
  const given = Object.entries(network).filter(([, value]) => value !== undefined && value !== "projection");
  for (const [flag, value] of given) {
    const what = `${value === true ? "it" : value} with ${source === "hub" ? "a hub id" : "a file"}`;
    throw new UserError(`--${flag}: got ${what}; expected it with a network's name`);
  }
}
