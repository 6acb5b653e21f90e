import type { Graph, Node } from "../graph/graph.js";
import { gatedMaps } from "./gate-nodes.js";

/**
 * How many layers lie between a parameter's layer and the last one. A layer is what shares a name up to its first
 * number (`layer1.0`, `features.3`), in the order in which the graph uses them; before, between and after such layers,
 * names without a number (`conv1`, `bn1`, `fc`) are one. Where exporters leave kernels without such names
 * (`onnx::Conv_63`), a layer is a kernel with what follows it, and the longest way to the output counts; gates are of
 * the layer whose map they weigh.
 */
export function layerDepths(model: Graph): Map<string, number> {
  const kernels = [...model.parameters].filter(([, { shape, trainable }]) => trainable && shape.length > 1);
  return kernels.every(([name]) => layerKey(name) !== undefined) ? byName(model) : byGraph(model);
}

function byName(model: Graph): Map<string, number> {
  const layers = new Map<string, number>();
  const keys: string[] = [];
  for (const name of new Set(model.nodes.flatMap(({ inputs }) => inputs))) {
    if (!model.parameters.get(name)?.trainable) continue;
    const key = layerKey(name) ?? keys.at(-1) ?? "";
    if (key === "" ? keys.at(-1) !== "" : !keys.includes(key)) keys.push(key);
    layers.set(name, key === "" ? keys.length - 1 : keys.indexOf(key));
  }
  return new Map([...layers].map(([name, layer]) => [name, keys.length - 1 - layer]));
}

/** The name up to its first number: `layer1.0`; empty where there is none; undefined where the name has no parts. */
function layerKey(name: string): string | undefined {
  const parts = name.split(".");
  if (parts.length < 2) return undefined;
  const number = parts.findIndex((part) => /^\d+$/.test(part));
  return number < 0 ? "" : parts.slice(0, number + 1).join(".");
}

function byGraph(model: Graph): Map<string, number> {
  const gates = new Set(gatedMaps(model).flatMap(({ nodes }) => [...nodes]));
  const learnt = ({ inputs }: Node) => inputs.filter((name) => model.parameters.get(name)?.trainable);
  const isLayer = (node: Node) =>
    !gates.has(node) && learnt(node).some((name) => model.parameters.get(name)!.shape.length > 1);
  const after = new Map<string, number>(); // by value: layers on the longest way from it to the output
  const depths = new Map<string, number>();
  for (const node of model.nodes.toReversed()) {
    const own = Math.max(0, ...node.outputs.map((name) => after.get(name) ?? 0));
    for (const name of learnt(node)) depths.set(name, Math.max(own, depths.get(name) ?? 0));
    for (const name of node.inputs) after.set(name, Math.max(own + Number(isLayer(node)), after.get(name) ?? 0));
  }
  return depths;
}
