import * as z from "zod/mini";
import { resamplings } from "../../data/augment/resampling.js";
import { resizedSize } from "../../data/centre-crop.js";
import type { Preprocessing } from "../../data/preprocessing.js";
import { cropModes, roundings } from "../../data/preprocessing.js";
import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { readAs } from "../../schema.js";

const side = z.int().check(z.minimum(1));

const card = z.object({
  /** The names of the classes, in the order of the logits. */
  classes: z.array(z.string()).check(z.minLength(1)),
  /** What normalises pixels scaled to 0–1, per channel. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
  /** What a photo is resized to before the input is cut out, in pixels, and how: older files do not say. */
  resize: z.optional(z.union([side, z.readonly(z.tuple([side, side]))])),
  cropMode: z.optional(z.enum(cropModes)),
  interpolation: z.optional(z.enum(resamplings)),
  rounding: z.optional(z.enum(roundings)),
  /** Where the weights come from. */
  provenance: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/**
 * What a model file says about itself beside its graph: enough to feed it images and to name its answers.
 * @interface
 */
export type ModelCard = z.infer<typeof card>;

/** The entry of an ONNX file's `metadata_props` that holds the card as JSON. */
const key = "senet.card";

/**
 * The graph with a card, which `writeOnnx` stores in the file.
 * @example
 * ```ts
 * import { createModel, readCard, withCard } from "senet";
 *
 * const card = { classes: ["cat", "dog"], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], provenance: { by: "me" } };
 * const graph = withCard(createModel("seresnet20", { classes: 2 }), card);
 * console.log(readCard(graph).classes); // [ 'cat', 'dog' ]
 * ```
 */
export function withCard(graph: Graph, value: ModelCard): Graph {
  return { ...graph, metadata: metadataWithCard(graph.metadata, value) };
}

/** A graph's metadata with a card in the place of the one it has. */
export function metadataWithCard(metadata: Graph["metadata"], value: ModelCard): Graph["metadata"] {
  return new Map([...metadata, [key, JSON.stringify(value)]]);
}

/** Whether a graph that was read from a file has a card. */
export function hasCard(graph: Pick<Graph, "metadata">): boolean {
  return graph.metadata.has(key);
}

/**
 * The card of a graph that was read from a file. @throws UserError when there is none, or it is damaged.
 * @example
 * ```ts
 * import { readCard } from "senet";
 * import { readModel } from "senet/node";
 *
 * const { classes, provenance } = readCard(readModel("model.onnx").graph);
 * console.log(classes.length, provenance.model); // 26 seresnet20
 * ```
 */
export function readCard(graph: Pick<Graph, "metadata">): ModelCard {
  const text = graph.metadata.get(key);
  if (text === undefined) {
    throw new UserError(
      `the model file has no "${key}" entry; expected one written by senet train, or by senet convert for a network's name`,
    );
  }
  try {
    const { data, error } = readAs(card, JSON.parse(text));
    if (data !== undefined) return data;
    throw error;
  } catch (error) {
    throw new UserError(
      `the model file's "${key}" entry is damaged: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/**
 * How a card says that photos are prepared for an input of a given size. Cards that say nothing of resizing were
 * written when 0.875 of the short side was kept, bilinear.
 * @example
 * ```ts
 * import { cardPreprocessing, readCard } from "senet";
 * import { readModel } from "senet/node";
 *
 * const card = readCard(readModel("model.onnx").graph);
 * console.log(cardPreprocessing(card, { height: 32, width: 32 }).resize); // 32
 * ```
 */
export function cardPreprocessing(
  { resize, cropMode, interpolation = "bilinear", rounding, mean, std }: Omit<ModelCard, "classes" | "provenance">,
  size: { readonly height: number; readonly width: number },
): Preprocessing {
  const { height, width } = size;
  const how = { interpolation, ...(cropMode && { cropMode }), ...(rounding && { rounding }) };
  return { height, width, resize: resize ?? resizedSize(size, 0.875), ...how, mean, std };
}

/** The entries of a card that say how photos are prepared. */
export function cardEntries({
  resize,
  cropMode,
  interpolation,
  rounding,
  mean,
  std,
}: Omit<Preprocessing, "height" | "width">) {
  const how = { interpolation, ...(cropMode && { cropMode }), ...(rounding && { rounding }) };
  return { mean: [...mean], std: [...std], resize, ...how };
}
