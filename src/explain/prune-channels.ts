import { removeDeadNodes } from "../clean/dead-nodes.js";
import { replay } from "../clean/replay.js";
import { UserError } from "../errors.js";
import { attributesOf, GraphBuilder } from "../graph/builder.js";
import type { Graph, Model, Node, Parameter } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { arrayType, elements, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { Random } from "../random.js";
import { type ChannelGroup, channelGroups } from "./channel-groups.js";
import { findGates } from "./find-gates.js";

/** How channels are ranked: by their mean gate, by the sum of the weights that make them, or not at all. */
export const pruneRules = ["gates", "l1", "random"] as const;

/** One of {@link pruneRules}. */
export type PruneRule = (typeof pruneRules)[number];

/** How channels are taken out of a model. */
export interface PruneOptions {
  /** The share of channels of each group that stays, above 0 and up to 1. */
  readonly keep: number;
  readonly by: PruneRule;
  /** With `gates`: the mean gates of each block, by its module's name. */
  readonly gates?: ReadonlyMap<string, ArrayLike<number>> | undefined;
  /** Decides what `random` takes (1 by default). */
  readonly seed?: number | undefined;
}

/** A smaller model of the same form. */
export interface PrunedModel extends Model {
  readonly groups: readonly PrunedGroup[];
}

/** Channels that go together. */
export interface PrunedGroup {
  /** The blocks whose gates weigh them. */
  readonly sites: readonly string[];
  /** How many there were, and those that stay, in ascending order. */
  readonly before: number;
  readonly kept: readonly number[];
}

/**
 * Takes the channels out that gates weigh, with all that hangs on them: the convolution that makes them, norm, gate, what
 * they are added to, and the inputs of what reads them. Groups of 16 channels or more keep a multiple of 8.
 * @throws UserError when no gate weighs channels that can go.
 * @example
 * ```ts
 * import { countMacs, createModel, initialise } from "senet";
 * import { pruneChannels } from "senet/explain";
 *
 * const graph = createModel("mobilenet_v3_small");
 * const pruned = pruneChannels({ graph, weights: initialise(graph, 1) }, { keep: 0.75, by: "l1" });
 * console.log(pruned.groups.length, countMacs(pruned.graph) < countMacs(graph)); // 9 true
 * ```
 */
export function pruneChannels(model: Model, { keep, by, gates, seed = 1 }: PruneOptions): PrunedModel {
  if (!(keep > 0 && keep <= 1))
    throw new UserError(`got keep ${keep}; expected a share above 0, up to 1`, { option: "keep" });
  const found = gatedGroups(model.graph);
  if (found.length === 0) {
    throw new UserError(
      `${model.graph.name}: has no gates of channels that can go; expected a network with Squeeze-and-Excitation or its like`,
    );
  }
  const kept = found.map(({ group, sites }, i) => {
    const scores = {
      gates: () => gateScores(group, sites, gates),
      l1: () => weightScores(model, group),
      random: () => new Random(seed, "prune", i).permutation(group.channels),
    }[by]();
    return { group, sites, channels: best(scores, countKept(group.channels, keep)) };
  });
  const smaller = cut(model, kept);
  return {
    ...smaller,
    groups: kept.map(({ group, sites, channels }) => ({ sites, before: group.channels, kept: channels })),
  };
}

/** Groups of channels that some gates weigh, with the names of their blocks. */
function gatedGroups(graph: Graph): { group: ChannelGroup; sites: string[] }[] {
  const gates = findGates(graph).filter(({ kind }) => kind === "channel");
  return channelGroups(graph).flatMap((group) => {
    const names = new Set(group.axes.map(({ name }) => name));
    const sites = gates.filter(({ value }) => names.has(value)).map(({ site }) => site);
    return sites.length > 0 ? [{ group, sites }] : [];
  });
}

function countKept(channels: number, keep: number): number {
  if (channels < 16) return Math.max(1, Math.round(keep * channels));
  return Math.min(channels, Math.max(8, 8 * Math.round((keep * channels) / 8)));
}

/** The rank of each channel's mean gate, averaged over the blocks that weigh it. */
function gateScores({ channels }: ChannelGroup, sites: readonly string[], gates: PruneOptions["gates"]): Float64Array {
  const scores = new Float64Array(channels);
  for (const site of sites) {
    const own = gates?.get(site);
    if (own === undefined) throw new UserError(`got no gates of ${site}; expected their means`, { option: "gates" });
    const order = Array.from({ length: channels }, (_, c) => c).sort((a, b) => own[a]! - own[b]! || a - b);
    for (const [rank, c] of order.entries()) scores[c]! += rank;
  }
  return scores;
}

/** The sum of absolute weights that make each channel. */
function weightScores({ graph, weights }: Model, { axes, channels }: ChannelGroup): Float64Array {
  const index = indexOf(graph);
  const scores = new Float64Array(channels);
  for (const { name, axis } of axes) {
    const tensor = weights.get(name);
    const layer = index
      .readers(name)
      .some(({ node, input }) => (node.op === "Conv" || node.op === "Gemm") && input === 1);
    if (!layer || axis !== 0 || tensor === undefined) continue;
    const size = elements(tensor.shape) / channels;
    for (const [i, value] of (tensor.data as Float32Array).entries()) scores[Math.floor(i / size)]! += Math.abs(value);
  }
  return scores;
}

/** The places of the largest scores, in ascending order. */
function best(scores: ArrayLike<number>, count: number): number[] {
  const order = Array.from({ length: scores.length }, (_, c) => c).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}

interface KeptGroup {
  readonly group: ChannelGroup;
  readonly channels: readonly number[];
}

/** The model with parameters and constants that have the kept channels alone. */
function cut({ graph, weights }: Model, kept: readonly KeptGroup[]): Model {
  const places = new Map<string, Map<number, readonly number[]>>();
  for (const { group, channels } of kept) {
    for (const { name, axis } of group.axes) places.set(name, (places.get(name) ?? new Map()).set(axis, channels));
  }
  const sliced = <T extends Tensor>(name: string, tensor: T): T => {
    let cut: Tensor = tensor;
    for (const [axis, channels] of places.get(name) ?? []) cut = taken(cut, axis, channels);
    return cut as T;
  };
  const parameters = new Map(
    [...graph.parameters].map(([name, parameter]): [string, Parameter] => {
      const shape = parameter.shape.map((dim, axis) => places.get(name)?.get(axis)?.length ?? dim);
      return [name, { ...parameter, shape }];
    }),
  );
  const constants = new Map([...graph.constants].map(([name, tensor]) => [name, sliced(name, tensor)]));
  const nodes = graph.nodes.map((node) => fitted(graph, node, places));
  const smaller = {
    ...graph,
    parameters,
    constants: new Map([...constants, ...nodes.flatMap(({ added }) => added)]),
    nodes: nodes.map(({ node }) => node),
  };
  const g = new GraphBuilder(graph.name);
  const values = replay(g, removeDeadNodes(smaller)); // works out all shapes anew
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return { graph: g.build(), weights: new Map([...weights].map(([name, tensor]) => [name, sliced(name, tensor)])) };
}

/** A node whose attributes or target count channels, for fewer of them. */
function fitted(
  graph: Graph,
  node: Node,
  places: ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>,
): { node: Node; added: (readonly [string, Tensor])[] } {
  const channels = places.get(node.outputs[0]!)?.get(1);
  if (channels === undefined) return { node, added: [] };
  if (node.op === "Conv" && attributesOf(node).group !== 1) {
    return { node: { ...node, attributes: { ...node.attributes, group: { int: channels.length } } }, added: [] };
  }
  const target = node.op === "Reshape" ? indexOf(graph).constant(node.inputs[1]!) : undefined;
  if (target === undefined) return { node, added: [] };
  const shape = toNumbers(target).map((dim, i) => (i === 1 && dim > 0 ? channels.length : dim));
  const name = `${node.outputs[0]}.kept`;
  return { node: { ...node, inputs: [node.inputs[0]!, name] }, added: [[name, int64([shape.length], shape)]] };
}

/** The slices of a tensor in these places of an axis. */
function taken(tensor: Tensor, axis: number, places: readonly number[]): Tensor {
  const { shape, data } = tensor;
  const inner = elements(shape.slice(axis + 1));
  const outer = elements(shape.slice(0, axis));
  const cut = new (arrayType(tensor.dtype))(outer * places.length * inner) as Float32Array;
  for (let o = 0; o < outer; o++) {
    for (const [i, place] of places.entries()) {
      const from = (o * shape[axis]! + place) * inner;
      cut.set((data as Float32Array).subarray(from, from + inner), (o * places.length + i) * inner);
    }
  }
  return { ...tensor, shape: shape.with(axis, places.length), data: cut } as Tensor;
}
