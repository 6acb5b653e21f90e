import type { Graph, Node } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { perGraph } from "../graph/per-graph.js";
import { gatedMaps } from "./gate-nodes.js";
import { parameterForms } from "./parameter-forms.js";
import { gateParameters } from "./parameter-roles.js";

/**
 * How many layers lie between a parameter's layer and the last one. A layer is a block of the network with what belongs
 * to it. Names tell blocks by their first run of numbers (`layer1.0`, `blocks.2.1`, `features.3`), in the order in which
 * the graph uses them; what has no number (`conv1`, `bn1`, `fc`) is one layer before, between and after them. Where
 * names tell nothing (`onnx::Conv_63`, `s1.b1.conv1`), a block is what lies between two places at which the graph
 * is one map alone; what brings no kernel belongs to the block before it, and gates to the layer whose map they weigh.
 * Source: timm's groups of layers, which count blocks too (`param_groups_layer_decay`).
 */
export const layerDepths: (model: Graph) => ReadonlyMap<string, number> = perGraph((model) => {
  const kernels = [...parameterForms(model)].flatMap(([name, { kind }]) => (kind === "kernel" ? [name] : []));
  const learnt = kernels.filter((name) => model.parameters.get(name)!.trainable);
  const keys = new Set(learnt.map(layerKey));
  const layers = keys.has(undefined) || keys.size < 2 ? byGraph(model) : byName(model);
  const last = Math.max(0, ...layers.values());
  return new Map([...layers].map(([name, layer]) => [name, last - layer]));
});

/** How many layers {@link layerDepths} finds. */
export function countLayers(model: Graph): number {
  return new Set(layerDepths(model).values()).size;
}

function byName(model: Graph): Map<string, number> {
  const forms = parameterForms(model);
  const layers = new Map<string, number>();
  const keys: string[] = [];
  const names = [...new Set(model.nodes.flatMap(({ inputs }) => inputs))];
  const learnt = names.filter((name) => model.parameters.get(name)?.trainable);
  const gates = gateParameters(model);
  const brings = (name: string) => forms.get(name)!.kind !== "vector" && !gates.has(name);
  const bringing = new Set(learnt.filter(brings).map(layerKey));
  for (const name of learnt) {
    const own = layerKey(name) ?? keys.at(-1) ?? "";
    const key = bringing.has(own) ? own : (keys.at(-1) ?? own); // a batch norm or a gate of its own number is no layer
    if (key === "" ? keys.at(-1) !== "" : !keys.includes(key)) keys.push(key);
    layers.set(name, key === "" ? keys.length - 1 : keys.indexOf(key));
  }
  return layers;
}

/** The name up to the end of its first run of numbers; empty where there is none; undefined where it has no parts. */
function layerKey(name: string): string | undefined {
  const parts = name.split(".");
  if (parts.length < 2) return undefined;
  const isNumber = (part: string | undefined) => part !== undefined && /^\d+$/.test(part);
  const first = parts.findIndex(isNumber);
  if (first < 0) return "";
  const end = parts.findIndex((part, at) => at > first && !isNumber(part));
  return parts.slice(0, end < 0 ? first + 1 : end).join(".");
}

function byGraph(model: Graph): Map<string, number> {
  const forms = parameterForms(model);
  const index = indexOf(model);
  const gates = new Set(gatedMaps(model).flatMap(({ nodes }) => [...nodes]));
  const stored = (name: string) => [name, ...[...index.ancestors(name)].flatMap(({ inputs }) => inputs)];
  const learnt = ({ inputs }: Node) =>
    inputs
      .flatMap((name) => (index.isComputed(name) ? [] : stored(name)))
      .filter((name) => model.parameters.get(name)?.trainable);
  const brings = (node: Node) => !gates.has(node) && learnt(node).some((name) => forms.get(name)!.kind !== "vector");
  const layers = new Map<string, number>();
  let layer = -1;
  for (const block of blocksOf(model)) {
    if (block.some(brings) || layer < 0) layer++;
    for (const name of block.flatMap(learnt)) if (!layers.has(name)) layers.set(name, layer);
  }
  return layers;
}

/** The nodes in order, cut wherever one value alone goes on to the output; others, such as shapes, are left out. */
function blocksOf(model: Graph): Node[][] {
  const index = indexOf(model);
  const needed = index.ancestors(model.outputs[0]!.name);
  const nodes = model.nodes.filter((node) => needed.has(node) && node.outputs.some((name) => index.isComputed(name)));
  const open = new Map<string, number>(); // values that are still to be read, and how often
  const readings = new Map<string, number>();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) readings.set(name, (readings.get(name) ?? 0) + 1);
  const blocks: Node[][] = [[]];
  for (const node of nodes) {
    blocks.at(-1)!.push(node);
    for (const name of node.outputs) if ((readings.get(name) ?? 0) > 0) open.set(name, readings.get(name)!);
    for (const name of node.inputs) {
      const left = (open.get(name) ?? 0) - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    }
    if (open.size === 1) blocks.push([]);
  }
  return blocks;
}
