import { attributesOf } from "../graph/builder.js";
import type { Graph, Model, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { float32 } from "../graph/tensor.js";
import { isOfKind, opOf } from "../ops/index.js";

/** A model, and where the scale went: a parameter, "" where all of it was 1, undefined where it is a product still. */
export interface Folded extends Model {
  readonly into: string | undefined;
}

/**
 * Takes a product of a map [N, C, H, W] with fixed numbers, one for each channel, out of a graph: they go into the
 * convolution or batch norm before it, or into the convolution behind it. Between may stand what gives twice as much for
 * twice as much, such as a ReLU or a pool, where no number is below 0.
 * @param product the name of the product's output. @param scale [C].
 */
export function foldScale(model: Model, product: string, scale: Float32Array): Folded {
  const index = indexOf(model.graph);
  const node = index.maker(product)!;
  const map = node.inputs.find((name) => index.isComputed(name))!;
  const changes = scale.every((value) => value === 1)
    ? new Map()
    : (before(model, map, node, scale) ?? behind(model, node, scale));
  if (changes === undefined) return { ...model, into: undefined };
  const weights = new Map([...model.weights, ...changes]);
  return { graph: without(model.graph, node, map), weights, into: [...changes.keys()][0] ?? "" };
}

type Changes = Map<string, ReturnType<typeof float32>>;

/** The parameters of the layer that makes the map, scaled. */
function before(model: Model, map: string, reader: Node, scale: Float32Array): Changes | undefined {
  const index = indexOf(model.graph);
  let [name, next] = [map, reader];
  while (index.onlyReader(name) === next) {
    const maker = index.maker(name);
    if (maker === undefined) return undefined;
    if (maker.op === "Conv") return scaled(model, maker, [1, 2], scale, 0);
    if (maker.op === "BatchNormalization") return scaled(model, maker, [1, 2], scale, 0);
    if (!passes(maker, scale)) return undefined;
    [name, next] = [maker.inputs[0]!, maker];
  }
  return undefined;
}

/** The weights of the convolution that alone reads the product, scaled by its inputs. */
function behind(model: Model, product: Node, scale: Float32Array): Changes | undefined {
  const index = indexOf(model.graph);
  let reader = index.onlyReader(product.outputs[0]!);
  while (reader !== undefined && reader.op !== "Conv" && passes(reader, scale)) {
    reader = index.onlyReader(reader.outputs[0]!);
  }
  if (reader?.op !== "Conv") return undefined;
  const { group } = attributesOf(reader);
  if (group !== 1 && group !== scale.length) return undefined;
  return scaled(model, reader, [1], scale, group === 1 ? 1 : 0);
}

/** Whether f(s·x) = s·f(x) for the scale, channel by channel. */
function passes(node: Node, scale: Float32Array): boolean {
  if (node.outputs.length !== 1 || !isOfKind(node, "activation", "pool")) return false;
  const rule = opOf(node.op, node.domain);
  return "scaling" in rule && rule.scaling === "moves" && scale.every((value) => value >= 0);
}

/** Parameters of a layer times the scale along an axis; undefined where they are others' too, or no parameters. */
function scaled(model: Model, node: Node, inputs: readonly number[], scale: Float32Array, axis: number) {
  const index: GraphIndex = indexOf(model.graph);
  const changes: Changes = new Map();
  for (const i of inputs) {
    const name = node.inputs[i] ?? "";
    if (name === "") continue;
    const tensor = model.weights.get(name);
    if (tensor?.dtype !== "float32" || index.readers(name).length > 1) return undefined;
    changes.set(name, times(tensor.shape, tensor.data as Float32Array, scale, axis));
  }
  return changes;
}

function times(shape: readonly number[], data: Float32Array, scale: Float32Array, axis: number) {
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  return float32(
    shape,
    data.map((value, i) => value * scale[Math.floor(i / inner) % shape[axis]!]!),
  );
}

/** The graph without a product, whose readers take the map instead. */
function without(graph: Graph, product: Node, map: string): Graph {
  const [output] = product.outputs as [string];
  const isOutput = graph.outputs.some(({ name }) => name === output);
  const nodes = graph.nodes.flatMap((node) => {
    if (node === product) return isOutput ? [identity(product, map)] : [];
    return [
      node.inputs.includes(output)
        ? { ...node, inputs: node.inputs.map((name) => (name === output ? map : name)) }
        : node,
    ];
  });
  return { ...graph, nodes };
}

function identity(product: Node, map: string): Node {
  return { ...product, op: "Identity", inputs: [map], attributes: {} };
}
