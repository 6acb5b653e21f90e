import { isKnown, opInFile } from "../../ops/index.js";
import type { FileNode } from "./node.js";

/** What hands a weight on to a layer in another order, shape or type. */
const carriers = new Set(["Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Cast"]);

/**
 * The Constant nodes that hold weights, as graphs have them that were frozen: what layers, norms and activations take
 * beside their map, and what is added to a layer's map. Other constants are settings.
 */
export function constantWeights(nodes: readonly FileNode[]): Set<FileNode> {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const found = new Set<FileNode>();
  for (const name of nodes.flatMap((node) => weightInputs(node, makers))) {
    let maker = makers.get(name);
    while (maker !== undefined && carriers.has(maker.op)) maker = makers.get(maker.inputs[0] ?? "");
    if (maker !== undefined && isOwn(maker) && maker.op === "Constant") found.add(maker);
  }
  return found;
}

function weightInputs(node: FileNode, makers: ReadonlyMap<string, FileNode>): readonly string[] {
  const kind = kindOf(node);
  if (kind === "layer" || kind === "norm") return node.inputs;
  if (kind === "activation") {
    const { settings = [] } = opInFile(node.op, node.domain);
    return node.inputs.filter((_, i) => i > 0 && !settings.includes(i));
  }
  const [a = "", b = ""] = node.op === "Add" && isOwn(node) ? node.inputs : [];
  const layered = (name: string) => kindOf(makers.get(name)) === "layer";
  return layered(a) ? [b] : layered(b) ? [a] : [];
}

function kindOf(node: FileNode | undefined) {
  return node !== undefined && isKnown(node.op, node.domain) ? opInFile(node.op, node.domain).kind : undefined;
}

function isOwn({ domain }: FileNode): boolean {
  return domain === "";
}
