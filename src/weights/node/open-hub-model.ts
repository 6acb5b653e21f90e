import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type CropMode, extentOf, type ImageSize } from "../../data/centre-crop.js";
import { imageNetClasses } from "../../data/node/imagenet-classes.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { nearest, UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import { createModel, type ModelOptions, modelEntry, models } from "../../models/index.js";
import { cardEntries, type ModelCard, withCard } from "../../models/model-card.js";
import { type HubId, parseHubId } from "../hub-id.js";
import { matchWeights } from "../load-weights.js";
import { quoted } from "../quoted.js";
import type { TensorListing } from "../tensor-listing.js";
import { parseTimmConfig, type TimmConfig } from "../timm-config.js";
import { type HubOptions, type HubRevision, openRevision } from "./hub-revision.js";
import { loadWeightsFile } from "./load-weights-file.js";
import { shardsOf } from "./open-tensor-file.js";

/** What is asked of a model of the hub, beside how it is brought here; what is left out is as published. */
export interface OpenHubModelOptions extends HubOptions {
  /** Of the images. The crop is that of the size, if its `config.json` has one. */
  readonly size?: ImageSize;
  /** What becomes of images of another shape; as its `config.json` says by default. */
  readonly cropMode?: CropMode;
  /** Of the network: another number of classes needs `renewHead`. */
  readonly model?: ModelOptions;
  /** Whether the last layer starts anew where the classes are others; off unless asked for. */
  readonly renewHead?: boolean;
  /** Decides the values of a last layer that starts anew. */
  readonly seed?: number;
}

/** A network of the hub, before its weights are there. */
export interface HubNetwork {
  /** With its card. */
  readonly graph: Graph;
  readonly card: ModelCard;
  readonly preprocessing: Preprocessing;
  /** Its name in the zoo. */
  readonly name: string;
  readonly config: TimmConfig;
  /** What messages call it: repository and commit. */
  readonly label: string;
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
 *
 * @example
 * const { graph, weights } = await openHubModel("timm/seresnet50.a1_in1k");
 * writeModel("seresnet50.onnx", { graph, weights });
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
    ...{ source: `${revision.label}/${basename(path)}`, alias: modelEntry(network.name).alias, renewHead },
    ...(seed !== undefined && { seed }),
    ...(onNotice && { onNotice }),
    pick: (file) => withoutUnused(network.graph, file),
  });
  return { ...network, weights, renewed };
}

/** The network of a repository without its weights: what counting needs. @throws UserError as `openHubModel`. */
export async function openHubNetwork(id: string, options: OpenHubModelOptions = {}): Promise<HubNetwork> {
  return networkOf(await openRevision(parseHubId(id), options), options);
}

/** Brings the files of a model into the cache and checks them. @throws UserError as `openHubModel`. */
export async function pullHubModel(id: HubId, options: HubOptions = {}): Promise<PulledModel> {
  const revision = await openRevision(id, options);
  const config = await configOf(revision);
  zooName(config, revision);
  const weights = await weightsOf(revision);
  await revision.settle();
  const { repository, commit, folder } = revision;
  return { repository, commit, folder, config, weights };
}

/** The longest config that is read, in bytes; one with the names of 20,000 classes has two million. */
const LONGEST_CONFIG = 2 ** 24;

/** The longest index of weights in several files that is read, in bytes. */
const LONGEST_INDEX = 2 ** 26;

async function configOf(revision: HubRevision): Promise<TimmConfig> {
  const path = await revision.find(["config.json"], LONGEST_CONFIG);
  if (path === undefined) throw nothing(revision, "config.json", "the repository of a timm model");
  return parseTimmConfig(await readFile(path, "utf8"), `${revision.label}/config.json`);
}

async function networkOf(
  revision: HubRevision,
  { model = {}, size, cropMode }: OpenHubModelOptions,
): Promise<HubNetwork> {
  const config = await configOf(revision);
  const name = zooName(config, revision);
  const { height: down, width: across } = extentOf(size ?? [config.input[1], config.input[2]]);
  const input = [config.input[0], down, across] as const;
  const graph = createModel(name, { classes: config.classes, input, ...model });
  const [channels, height, width] = graph.inputs[0]!.shape.slice(1) as [number, number, number];
  if (channels !== config.input[0]) {
    throw new UserError(`${revision.label}: got images of ${channels} channels; expected ${config.input[0]}`);
  }
  const preprocessing = config.preprocessing([height, width], cropMode);
  const count = Number(graph.outputs[0]!.shape.at(-1));
  const names = count === config.classes ? (config.labels ?? (await usualLabels(count))) : undefined;
  const { repository, commit, label } = revision;
  const card: ModelCard = {
    classes: [...(names ?? Array.from({ length: count }, (_, i) => String(i)))],
    ...cardEntries(preprocessing),
    provenance: { model: name, hub: repository, commit, license: config.license ?? null },
  };
  return { graph: withCard(graph, card), card, preprocessing, name, config, label };
}

/** timm, too, takes a thousand classes without names for ImageNet's. Source: timm, `data/imagenet_info.py`. */
async function usualLabels(count: number): Promise<readonly string[] | undefined> {
  return count === 1000 ? (await imageNetClasses()).map(({ names }) => names) : undefined;
}

/** Our name of a network: timm's, where we have it. @throws UserError where we do not. */
function zooName({ architecture }: TimmConfig, { label }: HubRevision): string {
  if (Object.hasOwn(models, architecture)) return architecture;
  const near = nearest(architecture, Object.keys(models));
  throw new UserError(
    `${label}: got a ${quoted(architecture)}; expected a network that senet models lists` +
      `${near === undefined ? "" : `; the nearest is ${near}`}`,
  );
}

/** The file with the weights, the safest kind first; of weights in several files the index, with all of them beside it. */
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

function nothing({ label, folder }: HubRevision, what: string, expected: string): UserError {
  return new UserError(`${label}: has no ${what} (${folder}); expected ${expected}`);
}

/** The parameters of Inception-v3's auxiliary classifier. */
const auxiliary = /^AuxLogits\./;

/** timm's Inception-v3 files have the auxiliary classifier too, which timm leaves out where it is not trained. */
function withoutUnused(graph: Graph, file: TensorListing): TensorListing {
  if ([...graph.parameters.keys()].some((name) => auxiliary.test(name))) return file;
  return { ...file, entries: file.entries.filter(({ name }) => !auxiliary.test(name)) };
}
