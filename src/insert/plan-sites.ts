import { nearest, UserError } from "../errors.js";
import { formatShape } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import { placementOf, type SomeAttention } from "../layers/attention/attention.js";
import { gatedMaps } from "../read/gate-nodes.js";
import { channelAxis, isMap } from "../read/maps.js";
import type { Position } from "../read/positions.js";
import { type Edge, edgeOf, whole } from "./edges.js";
import { blockNames } from "./names.js";
import { positionsOf } from "./stages.js";
import { findUnits } from "./units/find-units.js";
import { type FoundUnit, isGated, type UnitKind } from "./units/found-unit.js";

/** Where blocks are wanted. */
export interface WhereOptions {
  readonly attention: SomeAttention;
  /** Nodes or values behind which a block is put; without them every unit that is found gets one. */
  readonly at?: readonly string[] | undefined;
  /** Whether a network that has gates gets more of them: in the units without one, or wherever `at` says. */
  readonly force?: boolean | undefined;
}

/** A unit of a network, or a node of it, where a block may stand. */
export interface InsertionSite extends Position {
  /** The prefix of the block's parameters' names: `layer1.0.se`. */
  readonly name: string;
  readonly kind: UnitKind;
  /** The node that ends the unit. */
  readonly node: string;
  /** The map that the block weighs, by its name, and the map's channels. */
  readonly value: string;
  readonly channels: number;
}

/** A site and the edge that the block comes to stand on. */
export interface PlannedSite {
  readonly site: InsertionSite;
  readonly edge: Edge;
}

/** What gets a block, and what is left alone because it has one. */
export interface Plan {
  readonly chosen: readonly PlannedSite[];
  readonly gated: readonly InsertionSite[];
}

/**
 * Finds the sites that the options ask for.
 * @throws UserError when there is none, when they cannot take the block, or when the network has gates already.
 */
export function planSites(index: GraphIndex, { attention, at, force = false }: WhereOptions): Plan {
  const found = findUnits(index);
  const units = at === undefined ? found : at.map((name) => unitAt(index, found, name));
  const all = [...new Set([...found, ...units])].sort((a, b) => endOf(index, a) - endOf(index, b));
  const positions = new Map(positionsOf(index, all).map((position, i) => [all[i]!, position]));
  const wanted = inStages(units, positions, attention.stages, all);
  if (wanted.length === 0) throw nothingFound(index);
  const gated = at === undefined ? wanted.filter((unit) => isGated(index, unit)) : [];
  const free = wanted.filter((unit) => !gated.includes(unit));
  checkGates(index.graph, { gated: gated.length, free: free.length, force, named: at !== undefined });
  const positionOf = (unit: FoundUnit) => positions.get(unit)!;
  const names = blockNames(index, wanted, wanted.map(positionOf), all);
  const planned = wanted.map((unit, i): PlannedSite => {
    const edge = gated.includes(unit) ? whole(index, unit.value) : edgeOf(index, unit, placementOf(attention));
    const { kind, join } = unit;
    const { value } = edge;
    const channels = channelsOf(index, value);
    return { site: { name: names[i]!, kind, ...positionOf(unit), node: join.name, value, channels }, edge };
  });
  return {
    chosen: planned.filter((_, i) => !gated.includes(wanted[i]!)),
    gated: planned.flatMap(({ site }, i) => (gated.includes(wanted[i]!) ? [site] : [])),
  };
}

const endOf = (index: GraphIndex, { join }: FoundUnit) => index.order(join.outputs[0]!);

/** The unit that ends in a node or value of that name, or else the node by itself. */
function unitAt(index: GraphIndex, found: readonly FoundUnit[], name: string): FoundUnit {
  const node = index.graph.nodes.find((candidate) => candidate.name === name);
  const value = node?.outputs[0] ?? name;
  const type = index.values.get(value);
  if (type === undefined) {
    const near = nearest(name, [...index.graph.nodes.map((candidate) => candidate.name), ...index.values.keys()]);
    throw new UserError(
      `got "${name}"; expected the name of a node or value${near ? `; did you mean "${near}"?` : ""}`,
    );
  }
  const join = index.maker(value);
  if (join === undefined || !isMap(index, value)) {
    throw new UserError(
      `got "${name}", which gives ${type.dtype} ${formatShape(type.shape)}; expected a node that gives a map [N, C, H, W]`,
    );
  }
  const known = found.find((unit) => unit.value === value);
  return known ?? { kind: "node", value, join, nodes: new Set([join]) };
}

function inStages(
  units: readonly FoundUnit[],
  positions: ReadonlyMap<FoundUnit, Position>,
  stages: readonly number[] | undefined,
  all: readonly FoundUnit[],
): readonly FoundUnit[] {
  if (stages === undefined) return units;
  const there = [...new Set(all.map((unit) => positions.get(unit)!.stage))];
  const outside = stages.filter((stage) => !there.includes(stage));
  if (outside.length > 0) {
    throw new UserError(
      `got attention in stages ${outside.join(", ")}; expected some of ${there.join(", ") || "none, as there are no units"}`,
    );
  }
  return units.filter((unit) => stages.includes(positions.get(unit)!.stage));
}

function channelsOf(index: GraphIndex, value: string): number {
  const { shape } = index.value(value);
  const channels = shape[channelAxis(index, value)];
  if (typeof channels === "number") return channels;
  throw new UserError(
    `${value}: got a map ${formatShape(shape)} whose channels are only known when the model runs; ` +
      "expected a number of channels; export the model for a fixed number",
  );
}

function nothingFound(index: GraphIndex): UserError {
  const maps = index.graph.nodes.filter(({ op }) => op === "Conv");
  const [conv] = maps;
  if (conv === undefined) {
    const [first] = index.graph.nodes;
    return new UserError(
      `got a network without convolutions (it begins with ${first!.op} ${first!.name}); ` +
        "expected maps [N, C, H, W] to weigh",
    );
  }
  return new UserError(
    `got ${maps.length} ${maps.length === 1 ? "convolution" : "convolutions"} (the first is ${conv.name}), none of which is part of a unit that is known: ` +
      "a sum or concatenation of branches, or a convolution with an activation; name the nodes to put blocks behind",
    { option: "at" },
  );
}

/** @throws UserError when gates are there and it was not said what to do about it. */
function checkGates(
  graph: Graph,
  { gated, free, force, named }: { gated: number; free: number; force: boolean; named: boolean },
): void {
  if (free === 0) {
    throw new UserError(
      `got a network with a gate in each of its ${gated} units; expected one without; name the nodes to put a second one behind`,
      { option: "at" },
    );
  }
  const gates = gatedMaps(graph);
  if (gates.length === 0 || force) return;
  const rest = named ? "to put blocks there all the same" : `to put blocks into the ${free} units without one`;
  throw new UserError(
    `got a network that has ${gates.length} ${gates.length === 1 ? "gate" : "gates"} already (the first is ${gates[0]!.product.name}); ` +
      `expected one without; force it ${rest}`,
    { option: "force" },
  );
}
