import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import type { Graph, Model } from "../graph/graph.js";
import { modelEntry } from "../models/index.js";
import { openModelFile } from "./model-file.js";
import { type ModelSource, modelSource } from "./model-source.js";
import { parseInput } from "./options.js";

/** What the flags say of a model beside its name. */
export interface ModelToExportFlags {
  readonly weights?: string;
  readonly classes?: number;
  readonly input?: string;
  readonly attention?: string;
  readonly seed: number;
}

/** A model, and where its weights come from. */
export interface ModelToExport extends Model {
  readonly origin: string;
}

/**
 * The network of that name, the model of a run's folder, what a file holds, or a model of the hub, with the weights of
 * `--weights` where they are given; a network by name alone has the first ones of a seed.
 * @throws UserError when there is no such model, or flags do not fit it.
 */
export async function openModelToExport(model: string, flags: ModelToExportFlags): Promise<ModelToExport> {
  const found = await foundAs[modelSource(model)](model, flags);
  if (flags.weights === undefined) return found;
  const { readModelWeights } = await import("./model-weights.js");
  // A last layer with values of its own would give answers of its own.
  const { weights } = await readModelWeights(flags.weights, found.graph, {
    model: found.name,
    renewHead: false,
    onNotice: (text) => process.stderr.write(`senet: ${text}\n`),
  });
  const graph =
    found.name === undefined ? found.graph : await withPublishedCard(found.name, found.graph, flags.weights);
  const metadata = new Map([...graph.metadata, ...(await metadataOf(flags.weights))]);
  return { graph: { ...graph, metadata }, weights, origin: flags.weights };
}

/** A model as it is found, before `--weights`, and its name in the zoo where that is known. */
type Found = ModelToExport & { readonly name?: string };

const foundAs: Readonly<Record<ModelSource, (model: string, flags: ModelToExportFlags) => Promise<Found>>> = {
  name: byName,
  file: (model, flags) => fromFile(runFileOf(model), flags),
  hub: fromHub,
};

/** The model in a run's folder; the path itself where that is no folder. @throws UserError for a folder without one. */
export function runFileOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const file = ["model.onnx", "best.onnx"].map((name) => join(path, name)).find((file) => existsSync(file));
  if (file !== undefined) return file;
  throw new UserError(
    `${path}: got a folder without model.onnx and best.onnx; give one of senet train, or an .onnx file`,
  );
}

async function byName(name: string, { classes, input, attention, seed }: ModelToExportFlags): Promise<Found> {
  modelEntry(name); // which says what is near
  const { createModel } = await import("../models/index.js");
  const { initialise } = await import("../graph/initialise.js");
  const { parseAttention } = await import("../layers/attention.js");
  const graph = createModel(name, {
    ...(classes !== undefined && { classes }),
    ...(input !== undefined && { input: parseInput(input) }),
    ...(attention !== undefined && { attention: parseAttention(attention) }),
  });
  return { name, graph, weights: initialise(graph, seed), origin: `the first of seed ${seed}` };
}

async function fromFile(path: string, flags: ModelToExportFlags): Promise<Found> {
  refuseStructure(flags, "a file");
  const image = flags.input === undefined ? undefined : parseInput(flags.input);
  return { ...(await openModelFile(path, { image })), origin: path };
}

/** A published network with its published weights and card, for images of another size too. */
async function fromHub(id: string, flags: ModelToExportFlags): Promise<Found> {
  refuseStructure(flags, "a hub id");
  const { openHub, openHubGraph } = await import("./open-hub.js");
  const options = flags.input === undefined ? {} : { model: { input: parseInput(flags.input) } };
  if (flags.weights === undefined) {
    const { name, graph, weights, label } = await openHub(id, options);
    return { name, graph, weights, origin: label };
  }
  const { name, graph, label } = await openHubGraph(id, options);
  return { name, graph, weights: new Map(), origin: label };
}

/** @throws UserError for flags that a published model, whose weights fit one network, has no use for. */
function refuseStructure(flags: ModelToExportFlags, given: string): void {
  for (const flag of ["classes", "attention"] as const) {
    if (flags[flag] === undefined) continue;
    throw new UserError(`--${flag}: got ${flags[flag]} with ${given}; expected it with a network's name`);
  }
}

/** The graph with a card, where it has none. */
async function withPublishedCard(name: string, graph: Graph, weights: string): Promise<Graph> {
  const { hasCard, withCard } = await import("../models/model-card.js");
  const { publishedCard } = await import("./published-card.js");
  return hasCard(graph) ? graph : withCard(graph, await publishedCard(name, graph, weights));
}

/** What an .onnx file with weights says about its images and classes. */
async function metadataOf(path: string): Promise<ReadonlyMap<string, string>> {
  if (!/\.onnx$/i.test(path)) return new Map();
  const { readModel } = await import("../graph/node/read-model.js");
  return readModel(path).graph.metadata;
}
