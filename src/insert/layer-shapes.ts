import { attributesOf } from "../graph/builder.js";
import type { Node } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import { isOfKind, opOf } from "../ops/index.js";
import { dataInputs } from "../read/maps.js";
import { tensorBehind } from "../read/stored-tensor.js";

/** What tells one convolution from another. */
export interface ConvShape {
  readonly kernel: readonly number[];
  readonly group: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether every channel is filtered by itself. */
  readonly depthwise: boolean;
  /** A kernel of one pixel over all channels. */
  readonly pointwise: boolean;
}

/** The shape of a convolution over maps; undefined for every other node. */
export function convShape(index: GraphIndex, node: Node): ConvShape | undefined {
  if (node.op !== "Conv" || node.domain !== "") return undefined;
  const weight = index.values.get(node.inputs[1] ?? "")?.shape;
  if (weight?.length !== 4 || weight.some((dim) => typeof dim !== "number")) return undefined;
  const [outputs, perGroup, ...kernel] = weight as number[];
  const group = Number(attributesOf(node).group ?? 1);
  const inputs = perGroup! * group;
  const depthwise = group > 1 && group === inputs;
  const pointwise = group === 1 && kernel.every((size) => size === 1);
  return { kernel, group, inputs, outputs: outputs!, depthwise, pointwise };
}

/** Whether a node is a layer that mixes channels or pixels with learnt weights. */
export function isLayer(index: GraphIndex, node: Node): boolean {
  if (node.op === "Conv") return convShape(index, node) !== undefined; // the others are over vectors
  return isOfKind(node, "layer") && tensorBehind(index, { node, input: 1 }) !== undefined;
}

/**
 * The activation that alone follows a value: its last node, and what it makes. Also x · σ(x) and x · clip(x + 3) / 6.
 */
export function activationAfter(index: GraphIndex, value: string): { node: Node; value: string } | undefined {
  const only = index.onlyReader(value);
  if (only !== undefined && isActivation(only)) return { node: only, value: only.outputs[0]! };
  return selfGated(index, value);
}

function isActivation({ op, domain }: Node): boolean {
  const rule = opOf(op, domain);
  return rule.kind === "activation" && rule.gate !== "always";
}

/** What x · f(x) makes of x, where all that reads x is this product and f. */
function selfGated(index: GraphIndex, value: string): { node: Node; value: string } | undefined {
  const nodes = [...new Set(index.readers(value).map(({ node }) => node))];
  if (nodes.length !== 2 || index.isOutput(value)) return undefined;
  const product = nodes.find(({ op }) => op === "Mul");
  let other = nodes.find((node) => node !== product);
  if (product === undefined || other === undefined) return undefined;
  for (let steps = 0; other !== undefined && other !== product; steps++) {
    if (steps > 4 || !isOfKind(other, "activation", "elementwise", "join")) return undefined;
    other = index.onlyReader(other.outputs[0]!);
  }
  if (other === undefined) return undefined;
  const scaled = index.onlyReader(product.outputs[0]!);
  const last = scaled !== undefined && isConstantFactor(index, scaled) ? scaled : product;
  return { node: last, value: last.outputs[0]! };
}

/** A product or quotient with a number that is the same for every channel. */
export function isConstantFactor(index: GraphIndex, node: Node): boolean {
  if (node.op !== "Mul" && node.op !== "Div") return false;
  const data = dataInputs(index, node);
  const factor = node.inputs.find((name) => !index.isComputed(name));
  if (data.length !== 1 || factor === undefined || (node.op === "Div" && factor !== node.inputs[1])) return false;
  return index.value(factor).shape.every((dim) => dim === 1);
}
