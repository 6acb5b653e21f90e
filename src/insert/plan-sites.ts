import { nearest, UserError } from "../errors.js";
import { formatShape } from "../graph/dims/shape.js";
import { placementOf, type SomeAttention } from "../layers/attention/attention.js";
import type { Wiring } from "../read/wiring.js";
import { type Edge, edgeOf, whole } from "./edges.js";
import { blockNames } from "./names.js";
import { findPlaces } from "./places/find-places.js";
import { isGated, type Place, type PlaceKind } from "./places/place.js";
import { type Position, positionsOf } from "./stages.js";

/** Where blocks are wanted. */
export interface WhereOptions {
  readonly attention: SomeAttention;
  /** Nodes or values behind which a block is put; without them every unit that is found gets one. */
  readonly at?: readonly string[] | undefined;
  /** Whether a network that has gates gets more of them: in the units without one, or wherever `at` says. */
  readonly force?: boolean | undefined;
}

/** A unit of a network, or a node of it, where a block may stand. */
export interface Site extends Position {
  /** The prefix of the block's parameters' names: `layer1.0.se`. */
  readonly name: string;
  readonly kind: PlaceKind;
  /** The node that ends the unit. */
  readonly node: string;
  /** The map that the block weighs, by its name, and the map's channels. */
  readonly value: string;
  readonly channels: number;
}

/** A site and the edge that the block comes to stand on. */
export interface PlannedSite {
  readonly site: Site;
  readonly edge: Edge;
}

/** What gets a block, and what is left alone because it has one. */
export interface Plan {
  readonly chosen: readonly PlannedSite[];
  readonly gated: readonly Site[];
}

/**
 * Finds the sites that the options ask for.
 * @throws UserError when there is none, when they cannot take the block, or when the network has gates already.
 */
export function planSites(wiring: Wiring, { attention, at, force = false }: WhereOptions): Plan {
  const found = findPlaces(wiring);
  const places = at === undefined ? found : at.map((name) => placeAt(wiring, found, name));
  const all = [...new Set([...found, ...places])].sort((a, b) => endOf(wiring, a) - endOf(wiring, b));
  const positions = new Map(positionsOf(wiring, all).map((position, i) => [all[i]!, position]));
  const wanted = inStages(places, positions, attention.stages, all);
  if (wanted.length === 0) throw nothingFound(wiring);
  const gated = at === undefined ? wanted.filter((place) => isGated(wiring, place)) : [];
  const free = wanted.filter((place) => !gated.includes(place));
  checkGates(wiring, { gated: gated.length, free: free.length, force, named: at !== undefined });
  const positionOf = (place: Place) => positions.get(place)!;
  const names = blockNames(wiring, wanted, wanted.map(positionOf), all);
  const planned = wanted.map((place, i): PlannedSite => {
    const edge = gated.includes(place) ? whole(wiring, place.value) : edgeOf(wiring, place, placementOf(attention));
    const { kind, join } = place;
    const { value } = edge;
    const channels = channelsOf(wiring, value);
    return { site: { name: names[i]!, kind, ...positionOf(place), node: join.name, value, channels }, edge };
  });
  return {
    chosen: planned.filter((_, i) => !gated.includes(wanted[i]!)),
    gated: planned.flatMap(({ site }, i) => (gated.includes(wanted[i]!) ? [site] : [])),
  };
}

const endOf = (wiring: Wiring, { join }: Place) => wiring.order(join.outputs[0]!);

/** The unit that ends in a node or value of that name, or else the node by itself. */
function placeAt(wiring: Wiring, found: readonly Place[], name: string): Place {
  const node = wiring.graph.nodes.find((candidate) => candidate.name === name);
  const value = node?.outputs[0] ?? name;
  const type = wiring.values.get(value);
  if (type === undefined) {
    const near = nearest(name, [...wiring.graph.nodes.map((candidate) => candidate.name), ...wiring.values.keys()]);
    throw new UserError(
      `got "${name}"; expected the name of a node or value${near ? `; did you mean "${near}"?` : ""}`,
    );
  }
  const join = wiring.maker(value);
  if (join === undefined || !wiring.isMap(value)) {
    throw new UserError(
      `got "${name}", which gives ${type.dtype} ${formatShape(type.shape)}; expected a node that gives a map [N, C, H, W]`,
    );
  }
  const unit = found.find((place) => place.value === value);
  return unit ?? { kind: "node", value, join, nodes: new Set([join]) };
}

function inStages(
  places: readonly Place[],
  positions: ReadonlyMap<Place, Position>,
  stages: readonly number[] | undefined,
  all: readonly Place[],
): readonly Place[] {
  if (stages === undefined) return places;
  const there = [...new Set(all.map((place) => positions.get(place)!.stage))];
  const outside = stages.filter((stage) => !there.includes(stage));
  if (outside.length > 0) {
    throw new UserError(
      `got attention in stages ${outside.join(", ")}; expected some of ${there.join(", ") || "none, as there are no units"}`,
    );
  }
  return places.filter((place) => stages.includes(positions.get(place)!.stage));
}

function channelsOf(wiring: Wiring, value: string): number {
  const { shape } = wiring.values.get(value)!;
  const channels = shape[wiring.channelAxis(value)];
  if (typeof channels === "number") return channels;
  throw new UserError(
    `${value}: got a map ${formatShape(shape)} whose channels are only known when the model runs; ` +
      "expected a number of channels; export the model for a fixed number",
  );
}

function nothingFound(wiring: Wiring): UserError {
  const maps = wiring.graph.nodes.filter(({ op }) => op === "Conv");
  const [conv] = maps;
  if (conv === undefined) {
    const [first] = wiring.graph.nodes;
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
  { gates }: Wiring,
  { gated, free, force, named }: { gated: number; free: number; force: boolean; named: boolean },
): void {
  if (free === 0) {
    throw new UserError(
      `got a network with a gate in each of its ${gated} units; expected one without; name the nodes to put a second one behind`,
      { option: "at" },
    );
  }
  if (gates.length === 0 || force) return;
  const rest = named ? "to put blocks there all the same" : `to put blocks into the ${free} units without one`;
  throw new UserError(
    `got a network that has ${gates.length} ${gates.length === 1 ? "gate" : "gates"} already (the first is ${gates[0]!.product.name}); ` +
      `expected one without; force it ${rest}`,
    { option: "force" },
  );
}
