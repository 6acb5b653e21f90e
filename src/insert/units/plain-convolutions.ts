import type { Node } from "../../graph/graph.js";
import type { GraphIndex } from "../../graph/graph-index.js";
import { dataInputs } from "../../read/maps.js";
import { afterNorm, normed } from "../edges.js";
import { convShape } from "../layer-shapes.js";
import type { FoundUnit } from "./found-unit.js";

/**
 * Depthwise separable convolutions: every channel filtered by itself, then mixed pixel by pixel and bent, as in
 * MobileNet. The block stands after the activation.
 * Source: Hu et al., arXiv:1709.01507, Table 3 (by its parameters).
 */
export function separableConvolutions(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return index.graph.nodes.flatMap((filter) => {
    if (taken.has(filter) || convShape(index, filter)?.depthwise !== true) return [];
    const mix = index.onlyReader(afterNorm(index, filter));
    if (mix === undefined || !convShape(index, mix)?.pointwise) return [];
    const found = convolution(index, mix);
    return found === undefined
      ? []
      : [{ ...found, kind: "separable convolution" as const, nodes: new Set([filter, ...found.nodes]) }];
  });
}

/**
 * Convolutions with an activation, one after the other, as in VGG. The block stands after the activation. One that
 * leaves a single pixel is a dense layer.
 * Source: Hu et al., arXiv:1709.01507, §5.1, where every VGG layer has one.
 */
export function plainConvolutions(index: GraphIndex, taken: ReadonlySet<Node>): FoundUnit[] {
  return index.graph.nodes.flatMap((node) => {
    if (taken.has(node) || convShape(index, node) === undefined) return [];
    const found = convolution(index, node);
    const dense = index
      .value(node.outputs[0]!)
      .shape.slice(2)
      .every((dim) => dim === 1);
    return found === undefined || dense ? [] : [found];
  });
}

/** A convolution with what follows it up to its activation. */
function convolution(index: GraphIndex, conv: Node): FoundUnit | undefined {
  const value = afterNorm(index, conv);
  if (value === normed(index, conv.outputs[0]!)) return undefined;
  const join = index.maker(value)!;
  const nodes = new Set<Node>([conv, join]);
  let node = index.maker(normed(index, conv.outputs[0]!));
  for (; node !== undefined && node !== conv; node = index.maker(dataInputs(index, node)[0]!)) nodes.add(node);
  return { kind: "convolution", value, join, nodes };
}
