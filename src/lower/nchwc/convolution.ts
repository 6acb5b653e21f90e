import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Node, Value } from "../../graph/graph.js";
import type { Conv } from "../../ops/conv.js";
import { kernelOf, type Window, windowOf } from "../../ops/rules/window.js";
import { isDepthwise } from "./depthwise.js";
import { store } from "./feature-map.js";
import { fillBlocksTogether, fillsBlocks, isPoint } from "./fills-blocks.js";
import { convolve } from "./filters.js";
import { folded } from "./folded.js";
import { type Groups, groupsOf, spreadGroups } from "./grouped.js";
import type { Extra, Kernels } from "./kernels.js";
import { type Made, type MapSource, type NodeOnBlocks, ownMap, type Rule } from "./map-source.js";
import { openMap } from "./open-map.js";

/**
 * A convolution as a map that waits for what it takes along. Those with a bias, which networks with batch norms have
 * none of, are left to ONNX's own operator, and so are those that leave one pixel.
 */
export const convolution: Rule = (call) => {
  const [x, w] = call.inputs;
  if (x!.type.shape.length !== 4) return undefined;
  const { group } = attributes(call.node);
  if (isDepthwise(group, w!.type)) return depthwise(call);
  const groups = group > 1 ? groupsOf(call.k.block, w!.type, group) : undefined;
  return groups === undefined ? dense(call) : grouped(call, groups);
};

/** A filter for every channel, also where only the channels of all images together fill blocks. */
function depthwise({ k, node, inputs: [x, w, b] }: NodeOnBlocks): Made | undefined {
  const map = b || isPoint(x!.type) ? undefined : x!.map();
  if (map === undefined) return undefined;
  const window = windowBetween(node, x!, w!);
  const whole = fillsBlocks(k, x!.type);
  const filtered = (of: Value, extra: Extra) =>
    whole
      ? convolve(k, of, w!.plain(), window, { ...extra, depthwise: true })
      : folded.convolve(k, of, w!.plain(), window, extra);
  return [openMap(k, (extra) => filtered(store(k, map), extra))];
}

/** Groups that fill blocks, or share them. */
function grouped({ k, node, inputs: [x, w, b] }: NodeOnBlocks, groups: Groups): Made | undefined {
  const map = b || isPoint(x!.type) ? undefined : ownMap(k, x!);
  if (map === undefined) return undefined;
  const window = windowBetween(node, x!, w!);
  const filters = spreadGroups(k, w!.plain(), groups);
  return [openMap(k, (extra) => convolve(k, store(k, map), filters, window, { ...extra, groups: groups.count }))];
}

/** Every output from all inputs, which lie in blocks, or plainly where they are fewer than a block has. */
function dense({ k, node, inputs: [x, w, b] }: NodeOnBlocks): Made | undefined {
  const few = extent(w!.type, 1) < k.block;
  const map = few ? undefined : ownMap(k, x!);
  if (b) return undefined;
  const fits = attributes(node).group === 1 && extent(w!.type, 0) % k.block === 0 && !isPoint(x!.type);
  if (!fits || (map === undefined && !few)) return inOwnOperator(k, node, [x!.plain(), w!.plain()]);
  const window = windowBetween(node, x!, w!);
  return [openMap(k, (extra) => convolve(k, map ? store(k, map) : x!.plain(), w!.plain(), window, extra))];
}

/** A convolution in ONNX's own operator, which gives a map in blocks to a batch norm; undefined where it fills none. */
function inOwnOperator(k: Kernels, node: Node, inputs: readonly Value[]): Made | undefined {
  const { g } = k;
  const write = (bias?: Value) => g.call("Conv", [...inputs, bias], attributesOf(node));
  const plain = write();
  if (!fillBlocksTogether(k, plain)) return undefined;
  const make = ({ bias, sum }: Extra) => {
    const y = k.toBlocks(bias ? write(g.call("Reshape", [bias, g.ints([-1])])) : plain);
    return sum === undefined ? y : g.call("Add", [y, sum]);
  };
  return [openMap(k, make, plain)];
}

function windowBetween(node: Node, x: MapSource, w: MapSource): Window {
  return windowOf(attributes(node), x.type, kernelOf(w.type));
}

function attributes(node: Node): AttributesOf<typeof Conv.attributes> {
  return attributesOf(node) as AttributesOf<typeof Conv.attributes>;
}
