import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Notice, OnNotice } from "../../notice.js";
import type { ListedTensor, TensorListing } from "../../weights/tensor-listing.js";
import { perChannel } from "../data/per-channel.js";
import { modelOptions } from "./find-model.js";
import { findWeights } from "./find-weights.js";
import type { NetworkOptions, Opening, WeightsTaking } from "./model-query.js";
import { runFileOf, weightsSource } from "./model-source.js";
import type { GivenStatistics } from "./open-for-training.js";

/** How weights are read. */
export interface ReadWeightsOptions extends Opening {
  /** Which part of a PyTorch checkpoint to take, such as `model_ema`; the usual ones by default. */
  readonly entry?: string | undefined;
}

/** How weights are converted. */
export interface ConvertWeightsOptions extends ReadWeightsOptions, WeightsTaking {
  /** The network by name that the weights are of; needed to make an `.onnx` file of weights alone. */
  readonly model?: string | undefined;
  readonly network?: NetworkOptions | undefined;
  /** Mean and std for the card of an `.onnx` file; as for published weights by default. */
  readonly statistics?: GivenStatistics | undefined;
}

/** The tensors that a file holds. */
export interface ListedWeights {
  readonly format: "pth" | "safetensors" | "onnx";
  readonly tensors: readonly ListedTensor[];
}

/**
 * Lists the tensors of weights without reading them.
 * @param from a file of tensors, the folder of a run, or a hub id.
 * @throws UserError when they cannot be had.
 * @example
 * ```ts
 * import { listWeights } from "senet/node";
 *
 * const { format, tensors } = await listWeights("weights.safetensors");
 * console.log(format, tensors[0]?.name, tensors[0]?.shape); // safetensors conv1.weight [ 16, 3, 3, 3 ]
 * ```
 */
export async function listWeights(from: string, options: ReadWeightsOptions = {}): Promise<ListedWeights> {
  const { openTensorFile } = await import("../../weights/node/open-tensor-file.js");
  return openTensorFile(await fileOf(from, options), options, ({ format, entries, notices }) => {
    for (const notice of notices) options.onNotice?.(notice);
    return { format, tensors: entries.map(({ name, type, shape }) => ({ name, type, shape })) };
  });
}

/**
 * Converts weights between PyTorch checkpoints, safetensors and ONNX.
 * @param from a file of tensors, the folder of a run, or a hub id.
 * @param to a `.safetensors` or `.onnx` file.
 * @returns the number of tensors that were written.
 * @throws UserError when they cannot be had or written; WeightsMismatch when they do not fit the network.
 * @example
 * ```ts
 * import { convertWeights } from "senet/node";
 *
 * const tensors = await convertWeights("weights.safetensors", "seresnet20.onnx", {
 *   model: "seresnet20",
 *   network: { classes: 10 },
 *   statistics: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
 * });
 * console.log(tensors); // 143
 * ```
 */
export async function convertWeights(from: string, to: string, options: ConvertWeightsOptions = {}): Promise<number> {
  if (/\.onnx$/i.test(to)) {
    const model = await modelFor(from, options);
    const { writeModel } = await import("../../graph/node/write-model.js");
    writeModel(to, model);
    return model.weights.size;
  }
  const { model } = options;
  const tensors = model === undefined ? await allOf(from, options) : (await ofNetwork(from, model, options)).weights;
  const { writeTensors } = await import("./write-tensors.js");
  await writeTensors(to, tensors, new Map([["format", "pt"]]));
  return tensors.size;
}

/** The file that holds the weights: what is of the hub is brought. */
async function fileOf(from: string, { signal, onProgress, onNotice, hub }: Opening): Promise<string> {
  if (weightsSource(from) === "file") return runFileOf(from);
  const { pullHub } = await import("./open-hub.js");
  return (await pullHub(from, { signal, onProgress, onNotice, hub })).weights;
}

/** Every tensor of a file under its name there. */
async function allOf(from: string, { entry, ...opening }: ReadWeightsOptions): Promise<Map<string, Tensor>> {
  const { openTensorFile } = await import("../../weights/node/open-tensor-file.js");
  const { readAll } = await import("../../weights/tensor-listing.js");
  return openTensorFile(await fileOf(from, opening), { entry }, (file) => {
    tell([...file.notices, ...widenings(file)], opening.onNotice);
    return readAll(file);
  });
}

function tell(notices: readonly Notice[], onNotice: OnNotice | undefined): void {
  for (const notice of notices) onNotice?.(notice);
}

function widenings({ entries }: TensorListing): Notice[] {
  const wide: Readonly<Record<string, string>> = { F16: "float32", BF16: "float32", I16: "int32" };
  return Object.entries(wide).flatMap(([from, to]): Notice[] => {
    const tensors = entries.filter(({ type }) => type === from).length;
    return tensors === 0 ? [] : [{ kind: "widened", tensors, from, to }];
  });
}

/** The network of an .onnx file or of the hub, or one by name with the weights of another file. */
async function modelFor(from: string, options: ConvertWeightsOptions): Promise<Model> {
  if (options.model !== undefined) return ofNetwork(from, options.model, options);
  if (weightsSource(from) === "hub") {
    const { openHub } = await import("./open-hub.js");
    const { signal, onProgress, onNotice, hub } = options;
    return openHub(from, { signal, onProgress, onNotice, hub });
  }
  const path = runFileOf(from);
  if (/\.onnx$/i.test(path)) {
    const { readModel } = await import("../../graph/node/read-model.js");
    return readModel(path);
  }
  throw new UserError(`got weights alone (${from}); give the network they are of, such as resnet50`, {
    option: "model",
  });
}

async function ofNetwork(from: string, name: string, options: ConvertWeightsOptions): Promise<Model> {
  const { createModel } = await import("../../models/index.js");
  const { network = {}, entry, prefix, allowSurplus, statistics = {}, signal, onProgress, onNotice, hub } = options;
  const graph = createModel(name, modelOptions(network));
  const opening = { signal, onProgress, onNotice, hub };
  // A last layer with values of its own would be no conversion.
  const asked = { model: name, entry, prefix, allowSurplus, renewHead: false, ...opening };
  const { weights } = await findWeights(from, graph, asked);
  return { graph: await described(name, graph, from, statistics), weights };
}

/** The graph with its card, in which what is given counts more than what is published. */
async function described(name: string, graph: Graph, from: string, { mean, std }: GivenStatistics): Promise<Graph> {
  const { withCard } = await import("../../models/card/model-card.js");
  const { publishedCard } = await import("./published-card.js");
  const channels = Number(graph.inputs[0]!.shape[1]);
  const given = { mean: perChannel("mean", mean, channels), std: perChannel("std", std, channels) };
  return withCard(graph, {
    ...(await publishedCard(name, graph, from)),
    ...(given.mean && { mean: [...given.mean] }),
    ...(given.std && { std: [...given.std] }),
  });
}
