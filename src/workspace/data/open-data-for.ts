import type { Dataset } from "../../data/dataset.js";
import { extentOf } from "../../data/image-size.js";
import { type OpenOptions, openDataset } from "../../data/node/open.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { statisticsFor } from "../../data/statistics-for.js";
import type { Graph } from "../../graph/graph.js";
import { cardPreprocessing, type ModelCard } from "../../models/card/model-card.js";
import { changedPreprocessing } from "../classifier/preprocessing.js";
import { cardIn } from "../model/known-card.js";
import { type ModelQuery, type Opening, queryOf } from "../model/model-query.js";
import { modelSource, runFileOf, weightsSource } from "../model/model-source.js";
import type { GivenStatistics } from "../model/open-for-training.js";

/** How a dataset is opened for a model. */
export interface OpenDataForOptions extends OpenOptions, Opening {
  /** Mean and std that images are normalised by, in the place of the weights' own or the dataset's. */
  readonly statistics?: GivenStatistics | undefined;
}

/**
 * The dataset that a model will train on. Where the model has weights, image files are brought to its size, resized and
 * cut as its file says or as is published of its network's name; and where the weights know the same classes in another
 * order, as folders of another language or case may sort them, that order is taken.
 * @throws UserError when data or model cannot be read.
 * @example
 * ```ts
 * import { openDataFor } from "senet/node";
 *
 * const { train, classes } = await openDataFor("resnet20", "glyphs", { trainLimit: 100 });
 * console.log(train.length, classes.length); // 100 26
 * ```
 */
export async function openDataFor(
  of: string | ModelQuery,
  spec: string,
  options: OpenDataForOptions = {},
): Promise<Dataset> {
  const query = queryOf(of);
  const { card, input } = await expected(query, options);
  const [, height, width] = input ?? [];
  const size = options.size ?? (height !== undefined && width !== undefined ? ([height, width] as const) : undefined);
  const preprocessing =
    card === undefined || size === undefined ? undefined : framingOf(card, extentOf(size), query.model, options);
  const asked = { ...options, size, preprocessing };
  const dataset = await openDataset(spec, asked);
  const named = card?.classes ?? [];
  const found = new Set(dataset.classes);
  const same = named.length === found.size && named.every((name) => found.has(name));
  if (!same || named.every((name, i) => name === dataset.classes[i])) return dataset;
  return openDataset(spec, { ...asked, classes: named });
}

/** What a model says of its images before its network is made for them. */
interface Expected {
  readonly card?: ModelCard | undefined;
  /** Channels, height and width, where they are fixed. */
  readonly input?: readonly number[] | undefined;
}

/** The weights are asked first: they know what they were trained on. A network without weights expects nothing. */
async function expected({ model, weights }: ModelQuery, options: OpenDataForOptions): Promise<Expected> {
  const byWeights = weights === undefined ? {} : await saidBy(weights, weightsSource(weights), options);
  const source = modelSource(model);
  if (source !== "name") {
    const own = await saidBy(model, source, options);
    return { card: byWeights.card ?? own.card, input: own.input };
  }
  if (weights === undefined || byWeights.card !== undefined) return byWeights;
  const { createModel, modelEntry } = await import("../../models/index.js");
  const { publishedCard } = await import("../model/published-card.js");
  const { size, channels, cropMode } = options;
  const { input: own } = modelEntry(model);
  const { height, width } = size === undefined ? { height: own[1], width: own[2] } : extentOf(size);
  const input = [channels ?? own[0], height, width] as const;
  return { card: await publishedCard(model, createModel(model, { input }), weights, cropMode), input };
}

async function saidBy(
  place: string,
  source: "file" | "hub",
  { size, cropMode, signal, onProgress, hub }: OpenDataForOptions,
): Promise<Expected> {
  if (source === "hub") {
    const { openHubGraph } = await import("../model/open-hub.js");
    return saidIn((await openHubGraph(place, { size, cropMode, signal, onProgress, hub })).graph);
  }
  const path = runFileOf(place);
  if (!/\.onnx$/i.test(path)) return {};
  const { outlineFile } = await import("../model/model-bytes.js");
  const { readInput } = await import("../../read/input-form.js");
  const outline = outlineFile(path);
  const { channels, height, width } = readInput(outline, path);
  const asked = size === undefined ? { height, width } : extentOf(size);
  const input = [channels, height ?? asked.height, width ?? asked.width].filter((side) => side !== undefined);
  return { card: await cardIn(outline), input: input.length === 3 ? input : undefined };
}

async function saidIn(graph: Graph): Promise<Expected> {
  const sides = graph.inputs[0]?.shape.slice(1) ?? [];
  const input = sides.filter((side) => typeof side === "number");
  return { card: await cardIn(graph), input: input.length === 3 ? input : undefined };
}

/** How image files are prepared. */
function framingOf(
  card: ModelCard,
  size: { readonly height: number; readonly width: number },
  model: string,
  { channels: asked, statistics, cropPct, cropMode, interpolation }: OpenDataForOptions,
): Preprocessing {
  const channels = asked ?? card.mean.length;
  const own = cardPreprocessing({ ...card, ...statisticsFor(card, channels) }, size);
  const changes = { cropPct, cropMode, interpolation, ...statistics };
  return changedPreprocessing(own, changes, [channels, size.height, size.width], model);
}
