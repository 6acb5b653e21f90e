import { UserError } from "../errors.js";
import { extent } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { isOfKind } from "../ops/index.js";
import { type GatedMap, gatedMaps } from "../read/gate-nodes.js";
import { channelAxis } from "../read/maps.js";
import { commonPrefix, moduleOf } from "../read/module-names.js";
import { positionsBySize } from "../read/positions.js";

/** A place where a feature map is multiplied by a computed gate. */
export interface GateSite {
  /** The block, `layer1.0.se`; of every site another. */
  readonly site: string;
  /** The block as the paper calls it: `SE_3_4` is the fourth of those whose maps have the second size. */
  readonly paper: string;
  /** The name of the gate's value. */
  readonly value: string;
  /** Whether each channel has a number, [N, C, 1, 1], or places have numbers of their own, as in [N, 1, H, W]. */
  readonly kind: "channel" | "spatial";
  /** The name of the map's value. */
  readonly map: string;
  /** Of the map. */
  readonly channels: number;
}

/**
 * The gates of a graph in its order, found by their form, whoever wrote it.
 * @example
 * ```ts
 * import { createModel, findGates } from "senet";
 *
 * const [first, ...others] = findGates(createModel("seresnet20"));
 * console.log(first?.site, first?.kind, others.length); // layer1.0.se channel 8
 * ```
 */
export function findGates(graph: Graph): GateSite[] {
  const index = indexOf(graph);
  const sites = new Map<string, Omit<GateSite, "paper">>(); // by name
  const sizes: string[] = [];
  const seen = new Set<string>();
  for (const gated of gatedMaps(graph)) {
    if (seen.has(gated.gate)) continue; // a gate of two maps is one
    seen.add(gated.gate);
    const axis = channelAxis(index, gated.map);
    const { shape } = index.value(gated.gate);
    const kind = shape.every((dim, i) => i === 0 || i === axis || dim === 1) ? "channel" : "spatial";
    const site = unused(blockName(index, gated), sites);
    const map = index.value(gated.map);
    sites.set(site, { site, value: gated.gate, kind, map: gated.map, channels: extent(map, axis) });
    sizes.push(map.shape.filter((_, i) => i > 0 && i !== axis).join("x"));
  }
  // What comes before the first gate is stage 1, as in the paper.
  const positions = positionsBySize(sizes, 2);
  return [...sites.values()].map((found, i) => {
    const { stage, block } = positions[i]!;
    return { ...found, paper: `SE_${stage}_${block}` };
  });
}

/** What is said of a graph in which there is nothing to explain. */
export function withoutGates({ name }: Graph): UserError {
  return new UserError(
    `${name}: has no gates; expected a network with Squeeze-and-Excitation or a block like it; insert puts some in`,
  );
}

/** What its value is called before `.gate`, or else the module that all of its layers are in. */
function blockName(index: GraphIndex, { gate, nodes }: GatedMap): string {
  const own = /^(.+)[./]gate$/.exec(gate)?.[1];
  if (own !== undefined) return own;
  const modules = [...nodes].flatMap((node) => (isOfKind(node, "layer") ? (moduleOf(index, node) ?? []) : []));
  const module = modules.length === 0 ? "" : commonPrefix(modules).replace(/\.[^.]*$/, "");
  return module === "" ? gate : module;
}

function unused(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  return free;
}
