import type { Node } from "../../graph/graph.js";
import type { Wiring } from "../../read/wiring.js";
import { afterNorm, normed } from "../edges.js";
import { activationAfter, convShape } from "../layer-shapes.js";
import type { Place } from "./place.js";
import { residualUnit } from "./residual-branches.js";

/**
 * Units that filter every channel by itself, bend it, and project to fewer channels without an activation, as those of
 * MobileNetV2, MnasNet and EfficientNet. The block weighs the many channels before the projection.
 * Source: Howard et al. 2019, arXiv:1905.02244, Figure 4.
 */
export function invertedResiduals(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return wiring.graph.nodes.flatMap((filter) => {
    if (taken.has(filter) || convShape(wiring, filter)?.depthwise !== true) return [];
    const value = afterNorm(wiring, filter);
    if (value === normed(wiring, filter.outputs[0]!)) return []; // no activation
    const projection = projectionAfter(wiring, value);
    if (projection === undefined) return [];
    const made = normed(wiring, projection.outputs[0]!);
    if (activationAfter(wiring, made) !== undefined) return [];
    const sum = wiring.onlyReader(made);
    const unit = sum?.op === "Add" ? residualUnit(wiring, sum, new Set()) : undefined;
    if (unit !== undefined) return [{ ...unit, kind: "inverted residual" as const, value }];
    const join = wiring.maker(made)!;
    const nodes = new Set([...chainBefore(wiring, filter), ...between(wiring, filter, made)]);
    return [{ kind: "inverted residual" as const, value, join, nodes }];
  });
}

/** The pointwise convolution that reads a map, or what a gate makes of it. */
function projectionAfter(wiring: Wiring, value: string): Node | undefined {
  const gated = wiring.gates.find(({ map }) => map === value);
  if (gated !== undefined) return projectionAfter(wiring, gated.product.outputs[0]!);
  const next = wiring.onlyReader(value);
  return next !== undefined && convShape(wiring, next)?.pointwise ? next : undefined;
}

/** The nodes from a layer back to the expansion before it, where nothing else reads what they make. */
function chainBefore(wiring: Wiring, filter: Node): Node[] {
  const found: Node[] = [];
  let node = wiring.maker(filter.inputs[0]!);
  while (node?.outputs.every((name) => name === "" || wiring.onlyReader(name) !== undefined)) {
    const shape = convShape(wiring, node);
    if (node.op === "Conv" && !shape?.pointwise) break;
    found.push(node);
    if (shape?.pointwise) return found;
    node = wiring.maker(wiring.dataInputs(node)[0] ?? "");
  }
  return [];
}

/** All nodes on a way from a node to a value. */
function between(wiring: Wiring, first: Node, last: string): Node[] {
  const found = new Set<Node>();
  const visit = [last];
  const least = wiring.order(first.outputs[0]!);
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    const node = wiring.maker(name);
    if (node === undefined || found.has(node) || wiring.order(name) < least) continue;
    found.add(node);
    if (node !== first) visit.push(...wiring.dataInputs(node));
  }
  return [...found];
}
