import { UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import type { Graph, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { isOfKind } from "../ops/index.js";

/** A parameter or constant whose form hangs on how many channels images have. */
export interface ChannelTensor {
  readonly name: string;
  /** Which of its axes counts the channels. */
  readonly axis: number;
  /** `kernel`: a first layer's weight [O, channels, …]; `vector`: a number for each channel, as a mean inside a file. */
  readonly kind: "kernel" | "vector";
  /** How often the channels stand along that axis: four times where a stem takes the pixels of 2×2 squares together. */
  readonly times: number;
}

/**
 * The tensors of a network that hang on the number of channels of its images: the kernels of its first convolutions and
 * what normalises images before them.
 * @throws UserError when something else reads the channels.
 */
export function channelTensorsOf(graph: Graph): readonly ChannelTensor[] {
  const [x] = graph.inputs;
  if (x?.shape.length !== 4) throw new UserError(`${graph.name}: takes no images [N, C, H, W]`);
  const index = indexOf(graph);
  const times = new Map([[x.name, 1]]); // values whose axis 1 are the channels, so many times
  const found = new Map<string, ChannelTensor>();
  for (const node of graph.nodes) {
    const seen = node.inputs.find((name) => times.has(name));
    if (seen === undefined || isOfKind(node, "shape")) continue;
    const reading = read(index, node, seen, times);
    if (reading === undefined) {
      throw new UserError(
        `${graph.name}: ${node.op} (${node.name}) reads the channels of images, whose number it then hangs on; expected a convolution`,
      );
    }
    for (const tensor of reading.tensors) found.set(tensor.name, tensor);
    if (reading.times !== undefined) times.set(node.outputs[0]!, reading.times);
  }
  return [...found.values()];
}

/** What a node makes of images: how often its result has the channels, none where it has others of its own. */
interface Reading {
  readonly times?: number;
  readonly tensors: readonly ChannelTensor[];
}

function read(index: GraphIndex, node: Node, seen: string, times: ReadonlyMap<string, number>): Reading | undefined {
  const [first] = node.inputs;
  const own = times.get(seen)!;
  if (node.op === "Conv") return seen === first ? kernelOf(index, node, own) : undefined;
  if (node.op === "Concat") {
    const each = node.inputs.map((name) => times.get(name));
    const whole = attributeOf(node.attributes, "axis", "int") === 1 && each.every((count) => count !== undefined);
    return whole ? { times: each.reduce((sum: number, count) => sum + count!, 0), tensors: [] } : undefined;
  }
  if (node.op === "SpaceToDepth") {
    return { times: own * (attributeOf(node.attributes, "blocksize", "int") ?? 1) ** 2, tensors: [] };
  }
  if (node.op === "BatchNormalization" && own === 1) {
    return { times: 1, tensors: node.inputs.slice(1).map((name) => ({ name, axis: 0, kind: "vector", times: 1 })) };
  }
  if (!isOfKind(node, ...channelwise) && !inPlace.has(node.op)) return undefined;
  if (!sameChannels(index, node, seen)) return undefined;
  const tensors: ChannelTensor[] = [];
  for (const name of isOfKind(node, "elementwise", "join") ? node.inputs : []) {
    const axis = axisOf(index, name, times.get(name));
    if (axis === "channels" || times.get(name) === own) continue;
    if (axis === undefined || own !== 1) return undefined;
    if (axis !== "none") tensors.push({ name, axis, kind: "vector", times: 1 });
  }
  return { times: own, tensors };
}

/** What leaves channels in their place, where their number stays. */
const channelwise = ["activation", "elementwise", "join", "logic", "view", "enlarge", "pool", "random"] as const;
const inPlace = new Set(["Pad", "Slice", "Transpose"]);

function sameChannels(index: GraphIndex, node: Node, seen: string): boolean {
  const [before, after] = [seen, node.outputs[0]!].map((name) => index.value(name).shape);
  const perm = node.op === "Transpose" ? attributeOf(node.attributes, "perm", "ints") : undefined;
  if (node.op === "Transpose" && perm?.[1] !== 1) return false;
  return after!.length === 4 && before![1] === after![1];
}

function kernelOf(index: GraphIndex, node: Node, times: number): Reading | undefined {
  const name = node.inputs[1]!;
  const held = index.graph.parameters.has(name) || index.graph.constants.has(name);
  if (!held || (attributeOf(node.attributes, "group", "int") ?? 1) !== 1) return undefined;
  return { tensors: [{ name, axis: 1, kind: "kernel", times }] };
}

/** Where an operand has a number for each channel: an axis, or none, where it has one for all. */
function axisOf(
  { graph }: GraphIndex,
  name: string,
  times: number | undefined,
): number | "none" | "channels" | undefined {
  if (times !== undefined) return "channels";
  const shape = graph.parameters.get(name)?.shape ?? graph.constants.get(name)?.shape;
  if (shape === undefined) return undefined;
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size === 1) return "none";
  const axis = shape.length - 3;
  return axis >= 0 && shape[axis] === size ? axis : undefined;
}
