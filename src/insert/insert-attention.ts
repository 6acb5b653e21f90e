import { UserError } from "../errors.js";
import { ShapeError } from "../graph/dims/shape.js";
import type { Graph, Weights } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { initialise } from "../graph/initialise.js";
import { formatAttention, type SomeAttention, standsForConvolution } from "../layers/attention/attention.js";
import { attentionKinds } from "../layers/attention/attention-kinds.js";
import { channelAxis } from "../read/maps.js";
import { awakeUnits, type MeanMaps, meanMaps } from "./awake-units.js";
import { balance, type Obstacle } from "./balance.js";
import { type BlockCost, blockCost } from "./block-cost.js";
import { type InsertionSite, type PlannedSite, planSites } from "./plan-sites.js";
import { possibleStart } from "./possible-start.js";
import { rescale, rescaledWeights, type Scaled } from "./rescale.js";
import { writeBlocks } from "./write-blocks.js";

/** What to insert, and where. */
export interface InsertOptions {
  /** The block with its options, its placement and its stages; squeeze-and-excitation with r = 16 where left out. */
  readonly attention?: SomeAttention;
  /** Nodes or values behind which a block is put; without them every unit that is found gets one. */
  readonly at?: readonly string[] | undefined;
  /**
   * How the new blocks start. `identity`: the network gives the answers it gave, and learns from the first step on what
   * the blocks are for. `paper`: as in a network that is trained from the start.
   */
  readonly start?: "identity" | "paper" | undefined;
  /** Whether a network that has gates gets more of them: in the units without one, or wherever `at` says. */
  readonly force?: boolean | undefined;
}

/** A block that was inserted, and what it takes. */
export interface InsertedSite extends InsertionSite, BlockCost {}

/** A graph with new blocks. */
export interface Inserted {
  readonly graph: Graph;
  readonly sites: readonly InsertedSite[];
  /** Units that have a gate already and were left alone. */
  readonly gated: readonly InsertionSite[];
  /** Parameters whose values are not those of the graph before: which one times which power of two. */
  readonly scaled: ReadonlyMap<string, Scaled>;
  /** What is known of the maps that new dense layers read, for their first weights; nothing with start paper. */
  readonly means: MeanMaps;
}

/**
 * Puts attention into a network, wherever it comes from: into every unit that is found in its graph.
 * @returns the new graph; {@link insertedWeights} makes its weights from those of the graph before.
 * @throws UserError when there is no place for a block, the network has gates, or no start leaves the answers as they
 *   are.
 * @example
 * ```ts
 * import { countParameters, createModel, insertAttention } from "senet";
 *
 * const plain = createModel("resnet20");
 * const { graph, sites } = insertAttention(plain, { attention: { kind: "se", reduction: 8 } });
 * console.log(sites.length, countParameters(graph) - countParameters(plain)); // 9 4410
 * ```
 */
export function insertAttention(graph: Graph, options: InsertOptions = {}): Inserted {
  const { attention = { kind: "se" }, start = "identity", at, force } = options;
  if (standsForConvolution(attention)) {
    throw new UserError(
      `got ${attention.kind} to insert; expected another block: it stands in the place of a convolution; build it into a network by name`,
    );
  }
  const index = indexOf(graph);
  const { chosen, gated } = planSites(index, { attention, at, force });
  const sites = chosen.map(({ site }) => ({ ...site, ...costAt(index, site, attention) }));
  const neutral = start === "identity" ? neutralStartOf(attention) : { constants: {}, halvings: 0 };
  const gates = chosen.map(({ edge }) => ({ edge, halvings: neutral.halvings }));
  const { rescaled, obstacles } = balance(index, gates);
  if (obstacles.length > 0) throw new UserError(noIdentity(obstacles, chosen));
  const host = rescale(index, rescaled);
  const names = sites.map(({ name }) => name);
  const written = writeBlocks(host.graph, index, chosen, attention);
  const metadata = new Map([...graph.metadata, ...record(graph, { attention, start, names })]);
  const means: MeanMaps = start === "identity" ? meanMaps(written, index, chosen, attention) : new Map();
  const made = { ...withConstants(written, names, neutral.constants), metadata };
  return { graph: made, sites, gated, scaled: host.scaled, means };
}

/**
 * The weights of a graph with new blocks: those it had, some of them times powers of two, and new ones drawn by the
 * seed.
 * @example
 * ```ts
 * import { insertAttention, insertedWeights, writeOnnx } from "senet";
 * import { readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("plain.onnx");
 * const inserted = insertAttention(graph);
 * const onnx = writeOnnx(inserted.graph, insertedWeights(inserted, weights)); // gives the answers of plain.onnx
 * console.log(inserted.sites.length); // 9
 * ```
 */
export function insertedWeights({ graph, scaled, means }: Inserted, weights: Weights, seed = 1): Weights {
  const known = rescaledWeights(weights, scaled);
  const parameters = new Map([...graph.parameters].filter(([name]) => !known.has(name)));
  const drawn = awakeUnits(initialise({ ...graph, parameters }, seed), known, means);
  return new Map([...graph.parameters.keys()].map((name) => [name, known.get(name) ?? drawn.get(name)!]));
}

function costAt(index: GraphIndex, { value, name, channels }: InsertionSite, attention: SomeAttention): BlockCost {
  const { shape } = index.value(value);
  const [height, width] = channelAxis(index, value) === 1 ? shape.slice(2) : shape.slice(1);
  try {
    return blockCost(attention, ["N", channels, height!, width!]);
  } catch (error) {
    if (error instanceof UserError || error instanceof ShapeError) {
      throw new UserError(`${name} behind ${value}: ${error.message}`);
    }
    throw error;
  }
}

function neutralStartOf({ kind, placement: _, stages: __, ...options }: SomeAttention) {
  return possibleStart(kind, attentionKinds[kind].neutral(options));
}

function noIdentity(obstacles: readonly Obstacle[], chosen: readonly PlannedSite[]): string {
  const [{ gate, before, after }] = obstacles as [Obstacle];
  const { name } = chosen[gate]!.site;
  const way = before === after ? `on every way around the gate to ${before}` : `between ${before} and ${after}`;
  return (
    `got start identity for ${name}${obstacles.length > 1 ? ` and ${obstacles.length - 1} more` : ""}; expected a layer ${way} ` +
    "whose weights can make up for a gate of ½ there; " +
    "take start paper, leave these places out, or insert what needs none: se:gate=relu, scse or gc"
  );
}

/** What the file says of its new blocks, those of earlier insertions included. */
function record(
  { metadata }: Graph,
  { attention, start, names }: { attention: SomeAttention; start: string; names: readonly string[] },
): [string, string][] {
  const before: unknown = JSON.parse(metadata.get(insertedKey) ?? "[]");
  const all = [
    ...(Array.isArray(before) ? before : []),
    { attention: formatAttention(attention), start, blocks: names },
  ];
  return [[insertedKey, JSON.stringify(all)]];
}

/** The entry of an ONNX file's `metadata_props` that names the blocks that were inserted. */
export const insertedKey = "senet.inserted";

/** A graph some of whose new parameters start as constants. */
function withConstants(graph: Graph, names: readonly string[], constants: Readonly<Record<string, number>>): Graph {
  const parameters = new Map(graph.parameters);
  for (const name of names) {
    for (const [own, value] of Object.entries(constants)) {
      const path = `${name}.${own}`;
      parameters.set(path, { ...parameters.get(path)!, init: { kind: "constant", value } });
    }
  }
  return { ...graph, parameters };
}
