import type { Dataset } from "../data/dataset.js";
import { type OpenOptions, openDataset } from "../data/node/open.js";
import { modelSource } from "./model-source.js";

/**
 * The dataset that a model will train on. Where the model is a file that names the same classes in another order, as folders
 * of another language or case may sort them, that order is taken, so that what the file knows stays right.
 * @throws UserError when data or file cannot be read.
 */
export async function openDataFor(model: string, spec: string, options: OpenOptions): Promise<Dataset> {
  const dataset = await openDataset(spec, options);
  if (modelSource(model) !== "file") return dataset;
  const { readModel } = await import("../graph/node/read-model.js");
  const { hasCard, readCard } = await import("../models/model-card.js");
  const { graph } = readModel(model);
  const named = hasCard(graph) ? readCard(graph).classes : [];
  const found = new Set(dataset.classes);
  const same = named.length === found.size && named.every((name) => found.has(name));
  if (!same || named.every((name, i) => name === dataset.classes[i])) return dataset;
  return openDataset(spec, { ...options, classes: named });
}
