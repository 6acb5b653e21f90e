import { UserError, withContext } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { Inserted, InsertOptions } from "../../insert/insert-attention.js";
import type { SomeAttention } from "../../layers/attention/attention.js";
import { type ModelQuery, queryOf } from "../model/model-query.js";
import { type ModelFile, type OpenToInsertOptions, openToInsert } from "./open-to-insert.js";

/** What is inserted, and into which model. */
export interface InsertIntoOptions extends OpenToInsertOptions {
  readonly attention: SomeAttention;
  /** What the blocks start at: `identity` keeps the answers of the model, `paper` draws the usual first weights. */
  readonly start?: InsertOptions["start"];
  /** Only behind these nodes, by their names; a text with commas may name several. */
  readonly at?: readonly string[] | undefined;
  /** Whether a network that has gates gets more of them, in the units without one. */
  readonly force?: boolean | undefined;
}

/** A model with blocks in it. */
export interface InsertedModel {
  /** The model as it was, and how it lies in its file. */
  readonly source: ModelFile;
  readonly inserted: Inserted;
  /** The new model; undefined where the network alone was asked for. */
  readonly model: Model | undefined;
}

/**
 * Puts attention blocks into a model that exists.
 * @throws UserError when the model cannot be had, has no place for the blocks, or leaves open a size that they need.
 * @example
 * ```ts
 * import { insertIntoModel } from "senet/node";
 *
 * const { inserted } = await insertIntoModel("plain.onnx", { attention: { kind: "se", reduction: 8 } });
 * console.log(inserted.sites.length); // 9
 * ```
 */
export async function insertIntoModel(
  into: string | ModelQuery,
  { attention, start, at, force, ...options }: InsertIntoOptions,
): Promise<InsertedModel> {
  const { insertAttention, insertedWeights } = await import("../../insert/insert-attention.js");
  const { withOpenSizes } = await import("../../clean/open-sizes.js");
  const query = queryOf(into);
  const source = await openToInsert(query, options);
  const { graph, weights } = source.model;
  const how = { attention, start, force, at: nodesOf(at, graph) };
  const insert = (one: Graph) => withContext(query.model, () => insertAttention(one, how));
  const sized = insert(graph);
  const other = source.open && insert(source.open.other);
  const open = other && withOpenSizes(sized.graph, other.graph, source.open!.inputs);
  if (other !== undefined && open === undefined && options.image === undefined) {
    throw new UserError(
      `${query.model}: got a file for images of any size and ${attention.kind}, which needs one; ` +
        "give one such as 3x224x224, and the new file takes no other",
      { option: "input" },
    );
  }
  const inserted = open === undefined ? sized : { ...sized, graph: open };
  if (options.bare) return { source, inserted, model: undefined };
  const model = { graph: inserted.graph, weights: insertedWeights(inserted, weights, options.seed ?? 1) };
  return { source, inserted, model };
}

/** The names of nodes, which may hold commas themselves. */
function nodesOf(at: readonly string[] | undefined, { nodes }: Graph): string[] | undefined {
  const known = new Set(nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  return at?.flatMap((text) => (known.has(text) ? [text] : text.split(",").filter((name) => name !== "")));
}
