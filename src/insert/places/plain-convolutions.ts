import type { Node } from "../../graph/graph.js";
import type { Wiring } from "../../read/wiring.js";
import { afterNorm, normed } from "../edges.js";
import { convShape } from "../layer-shapes.js";
import type { Place } from "./place.js";

/**
 * Depthwise separable convolutions: every channel filtered by itself, then mixed pixel by pixel and bent, as in MobileNet.
 * The block stands after the activation. Source: Hu et al., arXiv:1709.01507, Table 3 (by its parameters).
 */
export function separableConvolutions(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return wiring.graph.nodes.flatMap((filter) => {
    if (taken.has(filter) || convShape(wiring, filter)?.depthwise !== true) return [];
    const mix = wiring.onlyReader(afterNorm(wiring, filter));
    if (mix === undefined || !convShape(wiring, mix)?.pointwise) return [];
    const found = convolution(wiring, mix);
    return found === undefined
      ? []
      : [{ ...found, kind: "separable convolution" as const, nodes: new Set([filter, ...found.nodes]) }];
  });
}

/**
 * Convolutions with an activation, one after the other, as in VGG. The block stands after the activation. One that leaves a
 * single pixel is a dense layer. Source: Hu et al., arXiv:1709.01507, §5.1, where every VGG layer has one.
 */
export function plainConvolutions(wiring: Wiring, taken: ReadonlySet<Node>): Place[] {
  return wiring.graph.nodes.flatMap((node) => {
    if (taken.has(node) || convShape(wiring, node) === undefined) return [];
    const found = convolution(wiring, node);
    const dense = wiring.values
      .get(node.outputs[0]!)!
      .shape.slice(2)
      .every((dim) => dim === 1);
    return found === undefined || dense ? [] : [found];
  });
}

/** A convolution with what follows it up to its activation. */
function convolution(wiring: Wiring, conv: Node): Place | undefined {
  const value = afterNorm(wiring, conv);
  if (value === normed(wiring, conv.outputs[0]!)) return undefined;
  const join = wiring.maker(value)!;
  const nodes = new Set<Node>([conv, join]);
  let node = wiring.maker(normed(wiring, conv.outputs[0]!));
  for (; node !== undefined && node !== conv; node = wiring.maker(wiring.dataInputs(node)[0]!)) nodes.add(node);
  return { kind: "convolution", value, join, nodes };
}
