import { extent } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";
import type { GatedMap } from "../read/gate-nodes.js";
import { commonPrefix, moduleOf } from "../read/module-names.js";
import { Wiring } from "../read/wiring.js";

/** A place where a feature map is multiplied by a computed gate. */
export interface GateSite {
  /** The block, `layer1.0.se`; of every site another. */
  readonly site: string;
  /** The name of the gate's value. */
  readonly value: string;
  /** Whether each channel has a number, [N, C, 1, 1], or places have numbers of their own, as in [N, 1, H, W]. */
  readonly kind: "channel" | "spatial";
  /** Of the map. */
  readonly channels: number;
}

/** The gates of a graph in its order, found by their form, whoever wrote it. */
export function findGates(graph: Graph): GateSite[] {
  const wiring = new Wiring(graph);
  const sites = new Map<string, GateSite>(); // by name
  const seen = new Set<string>();
  for (const gated of wiring.gates) {
    if (seen.has(gated.gate)) continue; // a gate of two maps is one
    seen.add(gated.gate);
    const axis = wiring.channelAxis(gated.map);
    const { shape } = wiring.values.get(gated.gate)!;
    const kind = shape.every((dim, i) => i === 0 || i === axis || dim === 1) ? "channel" : "spatial";
    const site = unused(blockName(wiring, gated), sites);
    sites.set(site, { site, value: gated.gate, kind, channels: extent(wiring.values.get(gated.map)!, axis) });
  }
  return [...sites.values()];
}

/** What its value is called before `.gate`, or else the module that all of its layers are in. */
function blockName(wiring: Wiring, { gate, nodes }: GatedMap): string {
  const own = /^(.+)[./]gate$/.exec(gate)?.[1];
  if (own !== undefined) return own;
  const modules = [...nodes].flatMap((node) => (isOfKind(node, "layer") ? (moduleOf(wiring, node) ?? []) : []));
  const module = modules.length === 0 ? "" : commonPrefix(modules).replace(/\.[^.]*$/, "");
  return module === "" ? gate : module;
}

function unused(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`;
  return free;
}
