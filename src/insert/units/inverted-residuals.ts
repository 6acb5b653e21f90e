import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { gatedMaps } from "../../read/gate-nodes.js";
import { dataInputs, isData } from "../../read/maps.js";
import { afterNorm, normed } from "../edges.js";
import { activationAfter, convShape } from "../layer-shapes.js";
import type { FoundUnit } from "./found-unit.js";
import { residualUnit } from "./residual-branches.js";

/**
 * Units that filter every channel by itself, bend it, and project to fewer channels without an activation, as those of
 * MobileNetV2, MnasNet and EfficientNet. The block weighs the many channels before the projection.
 * Source: Howard et al. 2019, arXiv:1905.02244, Figure 4.
 */
export function invertedResiduals(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return index.graph.nodes.flatMap((filter) => {
    if (taken.has(filter) || convShape(index, filter)?.depthwise !== true) return [];
    const value = afterNorm(index, filter);
    if (value === normed(index, filter.outputs[0]!)) return []; // no activation
    const projection = projectionAfter(index, value);
    if (projection === undefined) return [];
    const made = normed(index, projection.outputs[0]!);
    if (activationAfter(index, made) !== undefined) return [];
    const sum = index.onlyReader(made);
    const unit = sum?.op === "Add" ? residualUnit(index, sum, new Set()) : undefined;
    if (unit !== undefined) return [{ ...unit, kind: "inverted residual" as const, value }];
    const join = index.maker(made)!;
    const nodes = new Set([...chainBefore(index, filter), ...between(index, filter, made)]);
    return [{ kind: "inverted residual" as const, value, join, nodes }];
  });
}

/** The pointwise convolution that reads a map, or what a gate makes of it. */
function projectionAfter(index: GraphIndex, value: string): Node | undefined {
  const gated = gatedMaps(index.graph).find(({ map }) => map === value);
  if (gated !== undefined) return projectionAfter(index, gated.product.outputs[0]!);
  const next = index.onlyReader(value);
  return next !== undefined && convShape(index, next)?.pointwise ? next : undefined;
}

/** The nodes from a layer back to the expansion before it, where nothing else reads what they make. */
function chainBefore(index: GraphIndex, filter: Node): Node[] {
  const found: Node[] = [];
  let node = index.maker(filter.inputs[0]!);
  while (node?.outputs.every((name) => name === "" || index.onlyReader(name) !== undefined)) {
    const shape = convShape(index, node);
    if (node.op === "Conv" && !shape?.pointwise) break;
    found.push(node);
    if (shape?.pointwise) return found;
    node = index.maker(dataInputs(index, node)[0] ?? "");
  }
  return [];
}

/** All nodes on a way from a node to a value. */
function between(index: GraphIndex, first: Node, last: string): Node[] {
  const least = index.order(first.outputs[0]!);
  return [...index.ancestors(last, (name) => index.order(name) < least || !isData(index, name))];
}
