import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.js";
import type { Model } from "../graph/graph.js";
import { modelEntry, models } from "../models/index.js";
import { isModelFile, openModelFile } from "./model-file.js";
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
 * The network of that name, the model of a run's folder, or what a file holds, with the weights of `--weights` where
 * they are given; a network by name alone has the first ones of a seed.
 * @throws UserError when there is no such model, or flags do not fit it.
 */
export async function openModelToExport(model: string, flags: ModelToExportFlags): Promise<ModelToExport> {
  const file = fileOf(model);
  const found = await (file === undefined ? byName(model, flags) : fromFile(file, flags));
  if (flags.weights === undefined) return found;
  const { readModelWeights } = await import("./model-weights.js");
  // A last layer with values of its own would give answers of its own.
  const { weights } = await readModelWeights(flags.weights, found.graph, {
    model: file === undefined ? model : undefined,
    renewHead: false,
    onNotice: (text) => process.stderr.write(`senet: ${text}\n`),
  });
  const metadata = new Map([...found.graph.metadata, ...(await metadataOf(flags.weights))]);
  return { graph: { ...found.graph, metadata }, weights, origin: flags.weights };
}

/** The file that the argument stands for; undefined where it is the name of a network. */
function fileOf(model: string): string | undefined {
  if (Object.hasOwn(models, model)) return undefined;
  if (isModelFile(model) || existsSync(model)) return runFileOf(model);
  modelEntry(model); // which says what is near
  return undefined;
}

/** The model in a run's folder; the path itself where that is no folder. @throws UserError for a folder without one. */
export function runFileOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const file = ["model.onnx", "best.onnx"].map((name) => join(path, name)).find((file) => existsSync(file));
  if (file !== undefined) return file;
  throw new UserError(
    `${path}: got a folder without model.onnx and best.onnx; give one of senet train, or an .onnx file`,
  );
}

async function byName(name: string, { classes, input, attention, seed }: ModelToExportFlags): Promise<ModelToExport> {
  const { createModel } = await import("../models/index.js");
  const { initialise } = await import("../graph/initialise.js");
  const { parseAttention } = await import("../layers/attention.js");
  const graph = createModel(name, {
    ...(classes !== undefined && { classes }),
    ...(input !== undefined && { input: parseInput(input) }),
    ...(attention !== undefined && { attention: parseAttention(attention) }),
  });
  return { graph, weights: initialise(graph, seed), origin: `the first of seed ${seed}` };
}

async function fromFile(path: string, flags: ModelToExportFlags): Promise<ModelToExport> {
  for (const flag of ["classes", "attention"] as const) {
    if (flags[flag] === undefined) continue;
    throw new UserError(`--${flag}: got ${flags[flag]} with a file; expected it with a network's name`);
  }
  const image = flags.input === undefined ? undefined : parseInput(flags.input);
  return { ...(await openModelFile(path, { image })), origin: path };
}

/** What an .onnx file with weights says about its images and classes. */
async function metadataOf(path: string): Promise<ReadonlyMap<string, string>> {
  if (!/\.onnx$/i.test(path)) return new Map();
  const { readModel } = await import("../graph/node/read-model.js");
  return readModel(path).graph.metadata;
}
