import { UserError } from "../../errors.js";
import { GraphBuilder } from "../../graph/builder.js";
import type { Graph, Value, Weights } from "../../graph/graph.js";
import { initialise } from "../../graph/initialise.js";
import { placementOf, type SomeAttention } from "../../layers/attention.js";
import { attentionKinds } from "../../layers/attention-kinds.js";
import { type NeutralStart, neutralStarts } from "../../layers/neutral-start.js";
import { Scope } from "../../layers/scope.js";
import { replay } from "../replay.js";
import { balance } from "./balance.js";
import { type Edge, edgeOf } from "./edges.js";
import { findPlaces } from "./find-places.js";
import { blockNames } from "./names.js";
import type { PlaceKind } from "./place.js";
import { rescale, rescaledWeights, type Scaled } from "./rescale.js";
import { positionsOf } from "./stages.js";
import { Wiring } from "./wiring.js";

/** What to insert, and where. */
export interface InsertOptions {
  /** The block with its options, its placement and its stages; squeeze-and-excitation with r = 16 where left out. */
  readonly attention?: SomeAttention;
  /**
   * How the new blocks start. `identity`: the network gives the answers it gave, and learns from the first step on what the
   * blocks are for. `paper`: as in a network that is trained from the start.
   */
  readonly start?: "identity" | "paper";
}

/** A block that was inserted. */
export interface InsertedSite {
  /** The prefix of its parameters' names: `layer1.0.se`. */
  readonly name: string;
  /** What kind of unit it is part of. */
  readonly kind: PlaceKind;
  /** Numbered as in the paper: conv2_x is stage 2; and which block of the stage. */
  readonly stage: number;
  readonly block: number;
  /** The map that it weighs, by its name in the graph before, and the map's channels. */
  readonly value: string;
  readonly channels: number;
}

/** A graph with new blocks. */
export interface Inserted {
  readonly graph: Graph;
  readonly sites: readonly InsertedSite[];
  /** Parameters whose values are not those of the graph before: which one times which power of two. */
  readonly scaled: ReadonlyMap<string, Scaled>;
}

/**
 * Puts attention into a network, wherever it comes from: into every unit that is found in its graph.
 * @returns the new graph; {@link insertedWeights} makes its weights from those of the graph before.
 * @throws UserError when there is no place for a block, or no start that leaves the answers as they are.
 * @example
 * const inserted = insertAttention(graph, { attention: { kind: "se", reduction: 16 } });
 * writeOnnx(inserted.graph, insertedWeights(inserted, weights));
 */
export function insertAttention(graph: Graph, options: InsertOptions = {}): Inserted {
  const { attention = { kind: "se" }, start = "identity" } = options;
  const wiring = new Wiring(graph);
  const places = findPlaces(wiring);
  const positions = positionsOf(wiring, places);
  const chosen = places.flatMap((place, i) => {
    const position = positions[i]!;
    return attention.stages?.includes(position.stage) === false ? [] : [{ place, ...position }];
  });
  if (chosen.length === 0) throw new UserError(`${graph.name}: got no place for attention`);
  const names = blockNames(
    wiring,
    chosen.map(({ place }) => place),
    chosen,
  );
  const edges = chosen.map(({ place }) => edgeOf(wiring, place, placementOf(attention)));
  const neutral = start === "identity" ? neutralStart(attention) : { constants: {}, halvings: 0 };
  const { rescaled, obstacles } = balance(
    wiring,
    edges.map((edge) => ({ edge, halvings: neutral.halvings })),
  );
  if (obstacles.length > 0) {
    const [{ gate, before, after }] = obstacles as [(typeof obstacles)[0]];
    throw new UserError(`${names[gate]}: got a gate of ½ between ${before} and ${after}; expected a layer between`);
  }
  const host = rescale(wiring, rescaled);
  const written = writeBlocks(host.graph, edgesIn(host.graph, wiring, edges), names, attention);
  const sites = chosen.map(({ place, stage, block }, i): InsertedSite => {
    const { value } = edges[i]!;
    const channels = wiring.values.get(value)!.shape[1] as number;
    return { name: names[i]!, kind: place.kind, stage, block, value, channels };
  });
  return { graph: withConstants(written, names, neutral.constants), sites, scaled: host.scaled };
}

/** The weights of a graph with new blocks: those it had, some of them times powers of two, and new ones drawn by the seed. */
export function insertedWeights({ graph, scaled }: Inserted, weights: Weights, seed = 1): Weights {
  const known = rescaledWeights(weights, scaled);
  const parameters = new Map([...graph.parameters].filter(([name]) => !known.has(name)));
  const drawn = initialise({ ...graph, parameters }, seed);
  return new Map([...graph.parameters.keys()].map((name) => [name, known.get(name) ?? drawn.get(name)!]));
}

function neutralStart({
  kind,
  placement: _,
  stages: __,
  ...options
}: SomeAttention): Exclude<NeutralStart, { none: string }> {
  const neutral = neutralStarts[kind](options);
  if (!("none" in neutral)) return neutral;
  throw new UserError(`got ${kind} to start as identity; expected another block: ${neutral.none}; or take start paper`);
}

/** The readers as they are in a copy of the graph whose nodes may have other inputs. */
function edgesIn(graph: Graph, { graph: before }: Wiring, edges: readonly Edge[]): Edge[] {
  const copies = new Map(before.nodes.map((node, i) => [node, graph.nodes[i]!]));
  return edges.map(({ value, readers }) => ({
    value,
    readers: readers.map(({ node, input }) => ({ node: copies.get(node)!, input })),
  }));
}

/** Writes the graph again, with a block on every edge. */
function writeBlocks(graph: Graph, edges: readonly Edge[], names: readonly string[], attention: SomeAttention): Graph {
  const g = new GraphBuilder(graph.name);
  const { kind, placement: _, stages: __, ...options } = attention;
  const behind = new Map(graph.nodes.map((node) => [node, new Map<number, number>()]));
  for (const [i, { readers }] of edges.entries())
    for (const { node, input } of readers) behind.get(node)!.set(input, i);
  const made = new Map<number, Value>();
  const weighed = (edge: number, x: Value): Value => {
    const known = made.get(edge);
    if (known !== undefined) return known;
    const value = attentionKinds[kind].apply(new Scope(g, names[edge]), x, options);
    made.set(edge, value);
    return value;
  };
  const values = replay(g, graph, {
    replace: (node, inputs) => {
      const at = behind.get(node)!;
      if (at.size === 0) return undefined;
      const given = inputs.map((value, i) => (value && at.has(i) ? weighed(at.get(i)!, value) : value));
      return g.append({ ...node, inputs: given.map((value) => value?.name ?? "") });
    },
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return g.build();
}

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
