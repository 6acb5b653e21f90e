import type { Node } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import { tensorBehind } from "./stored-tensor.js";

/** What modules with these names have in common, letter by letter, a dot after each name included. */
export function commonPrefix(names: readonly string[]): string {
  const ended = names.map((name) => `${name}.`);
  const [first, ...others] = ended as [string, ...string[]];
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/**
 * The name of the module that a layer is, with dots: by its weight's name, or by the path that exporters give to nodes.
 */
export function moduleOf(index: GraphIndex, node: Node): string | undefined {
  const weight = tensorBehind(index, { node, input: 1 })?.name ?? "";
  if (!weight.includes("::") && /[./].*[A-Za-z_]/.test(weight)) return dotted(weight.split(/[./]/).slice(0, -1));
  return pathOf(node);
}

/** `layer1.0.conv1` of a node that is called `/layer1/layer1.0/conv1/Conv`. */
export function pathOf({ name }: Node): string | undefined {
  const path = name.split("/").filter((part) => part !== "");
  return path.length > 1 ? dotted(nested(path.slice(0, -1))) : undefined;
}

const dotted = (parts: readonly string[]) => parts.filter((part) => part !== "").join(".");

/** PyTorch repeats the name of a list before that of its entry: /layer1/layer1.0/conv1 is layer1.0.conv1. */
function nested(parts: readonly string[]): string[] {
  return parts.filter((part, i) => !parts[i + 1]?.startsWith(`${part}.`));
}
