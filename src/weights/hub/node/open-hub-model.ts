import { basename } from "node:path";
import type { Graph, Model } from "../../../graph/graph.js";
import { type ModelOptions, modelEntry } from "../../../models/index.js";
import { matchWeights } from "../../load-weights.js";
import { loadWeightsFile } from "../../node/load-weights-file.js";
import { shardsOf } from "../../node/open-tensor-file.js";
import type { TensorListing } from "../../tensor-listing.js";
import { type HubId, parseHubId } from "../hub-id.js";
import type { TimmConfig } from "../timm-config.js";
import { configOf, type HubNetwork, type HubNetworkOptions, networkOf, nothing } from "./hub-network.js";
import type { HubOptions } from "./hub-options.js";
import { type HubRevision, openRevision } from "./hub-revision.js";

export type { HubNetwork } from "./hub-network.js";

/** What is asked of a model of the hub, beside how it is brought here. */
export interface OpenHubModelOptions extends HubOptions, HubNetworkOptions {
  /** Whether the last layer starts anew where the classes are others; off unless asked for. */
  readonly renewHead?: boolean | undefined;
  /** Decides the values of a last layer that starts anew. */
  readonly seed?: number | undefined;
}

/** A network of the hub with its published weights. */
export interface HubModel extends HubNetwork, Model {
  /** Parameters of a last layer that starts anew. */
  readonly renewed: readonly string[];
}

/** Published weights for a network that is here. */
export interface HubWeights extends Pick<HubModel, "weights" | "renewed" | "label"> {
  /** The metadata that a graph with the repository's card has. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The repository, at the commit it was found at, as files here. */
export interface PulledModel {
  readonly repository: string;
  readonly commit: string;
  readonly folder: string;
  readonly config: TimmConfig;
  /** The file with the weights, or their index. */
  readonly weights: string;
}

/**
 * Opens a model of the hub by its id, such as `timm/seresnet50.a1_in1k` or `hf-hub:OWNER/NAME@REVISION`: the network of
 * its `config.json` with its weights. What is not in the cache is fetched.
 * @returns the network whose graph carries the card, and how its images are made.
 * @throws UserError when the repository cannot be had, its network is none of ours, or its weights do not fit.
 * @example
 * ```ts
 * import { openHubModel, writeModel } from "senet/node";
 *
 * const { graph, weights, preprocessing } = await openHubModel("timm/seresnet50.a1_in1k");
 * console.log(preprocessing.resize); // 235
 * writeModel("seresnet50.onnx", { graph, weights });
 * ```
 */
export async function openHubModel(id: string, options: OpenHubModelOptions = {}): Promise<HubModel> {
  const revision = await openRevision(parseHubId(id), options);
  const network = await networkOf(revision, options);
  return withWeights(network, revision, options);
}

/**
 * The published weights of a repository for a network that is here: the repository's own network is held against it
 * before anything large is fetched.
 * @throws UserError as `openHubModel`; WeightsMismatch when the network has other parameters.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { openHubWeights } from "senet/node";
 *
 * const graph = createModel("seresnet50");
 * const { weights } = await openHubWeights("timm/seresnet50.a1_in1k", graph);
 * console.log(weights.size === graph.parameters.size); // true
 * ```
 */
export async function openHubWeights(id: string, graph: Graph, options: OpenHubModelOptions = {}): Promise<HubWeights> {
  const revision = await openRevision(parseHubId(id), options);
  const network = await networkOf(revision, { ...options, model: imageOf(graph) });
  const listed = [...network.graph.parameters].map(([name, { shape }]) => ({ name, type: "F32" as const, shape }));
  const { renewHead = false } = options;
  matchWeights(graph, listed, { source: `${network.label}, a ${network.name},`, renewHead });
  const { weights, renewed, label } = await withWeights({ ...network, graph }, revision, options);
  return { weights, renewed, label, metadata: network.graph.metadata };
}

/** The images of a network, where it takes those of one size alone. */
function imageOf({ inputs, parameters }: Graph): ModelOptions {
  const [channels, height, width] = inputs[0]?.shape.slice(1) ?? [];
  const aux = [...parameters.keys()].some((name) => auxiliary.test(name)) && { aux: true };
  if (typeof channels !== "number" || typeof height !== "number" || typeof width !== "number") return { ...aux };
  return { ...aux, input: [channels, height, width] };
}

async function withWeights(
  network: HubNetwork,
  revision: HubRevision,
  { renewHead = false, seed, onNotice }: OpenHubModelOptions,
): Promise<HubModel> {
  const path = await weightsOf(revision);
  await revision.settle();
  const { weights, renewed } = loadWeightsFile(path, network.graph, {
    source: `${revision.label}/${basename(path)}`,
    alias: modelEntry(network.name).alias,
    renewHead,
    seed,
    onNotice,
    pick: (file) => withoutUnused(network.graph, file),
  });
  return { ...network, weights, renewed };
}

/**
 * The network of a repository without its weights: what counting needs. @throws UserError as `openHubModel`.
 * @example
 * ```ts
 * import { countParameters } from "senet";
 * import { openHubNetwork } from "senet/node";
 *
 * const { graph } = await openHubNetwork("timm/seresnet50.a1_in1k");
 * console.log(countParameters(graph)); // 28088024
 * ```
 */
export async function openHubNetwork(id: string, options: OpenHubModelOptions = {}): Promise<HubNetwork> {
  return networkOf(await openRevision(parseHubId(id), options), options);
}

/**
 * Brings the files of a model into the cache and checks them. @throws UserError as `openHubModel`.
 * @example
 * ```ts
 * import { pullHubModel } from "senet/node";
 * import { parseHubId } from "senet/weights";
 *
 * const { weights } = await pullHubModel(parseHubId("timm/seresnet50.a1_in1k"));
 * console.log(weights.endsWith("model.safetensors")); // true
 * ```
 */
export async function pullHubModel(id: HubId, options: HubOptions = {}): Promise<PulledModel> {
  const revision = await openRevision(id, options);
  const config = await configOf(revision);
  const weights = await weightsOf(revision);
  await revision.settle();
  const { repository, commit, folder } = revision;
  return { repository, commit, folder, config, weights };
}

/** The longest index of weights in several files that is read, in bytes. */
const LONGEST_INDEX = 2 ** 26;

/**
 * The file with the weights, the safest kind first; of weights in several files the index, with all of them beside it.
 */
async function weightsOf(revision: HubRevision): Promise<string> {
  const whole = await revision.find(["model.safetensors"]);
  if (whole !== undefined) return whole;
  const index = await revision.find(["model.safetensors.index.json"], LONGEST_INDEX);
  for (const shard of index === undefined ? [] : shardsOf(index)) {
    if ((await revision.find([shard])) === undefined) throw nothing(revision, shard, "all parts of the weights");
  }
  const path = index ?? (await revision.find(["pytorch_model.bin"]));
  if (path === undefined) throw nothing(revision, "model.safetensors and no pytorch_model.bin", "weights");
  return path;
}

/** The parameters of Inception-v3's auxiliary classifier. */
const auxiliary = /^AuxLogits\./;

/** timm's Inception-v3 files have the auxiliary classifier too, which timm leaves out where it is not trained. */
function withoutUnused(graph: Graph, file: TensorListing): TensorListing {
  if ([...graph.parameters.keys()].some((name) => auxiliary.test(name))) return file;
  return { ...file, entries: file.entries.filter(({ name }) => !auxiliary.test(name)) };
}
