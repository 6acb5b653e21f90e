import type { Dataset } from "../../data/dataset.js";
import { type OpenOptions, openDataset } from "../../data/node/open.js";
import { modelSource, runFileOf } from "../model/model-source.js";

/**
 * The dataset that a model will train on. Where its weights come in a file that names the same classes in another
 * order, as folders of another language or case may sort them, that order is taken, so that what the file knows stays
 * right.
 * @param model what names it, or its weights.
 * @throws UserError when data or file cannot be read.
 * @example
 * ```ts
 * import { openDataFor } from "senet/node";
 *
 * const { train, classes } = await openDataFor("resnet20", "glyphs", { trainLimit: 100 });
 * console.log(train.length, classes.length); // 100 26
 * ```
 */
export async function openDataFor(model: string, spec: string, options: OpenOptions): Promise<Dataset> {
  const dataset = await openDataset(spec, options);
  const path = modelSource(model) === "file" ? runFileOf(model) : "";
  if (!/\.onnx$/i.test(path)) return dataset;
  const { readModel } = await import("../../graph/node/read-model.js");
  const { hasCard, readCard } = await import("../../models/card/model-card.js");
  const { graph } = readModel(path);
  const named = hasCard(graph) ? readCard(graph).classes : [];
  const found = new Set(dataset.classes);
  const same = named.length === found.size && named.every((name) => found.has(name));
  if (!same || named.every((name, i) => name === dataset.classes[i])) return dataset;
  return openDataset(spec, { ...options, classes: named });
}
