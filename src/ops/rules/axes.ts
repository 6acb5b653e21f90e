import type { Attribute } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";
import type { Node } from "../../graph/graph.js";
import { float32, type Tensor, toNumbers } from "../../graph/tensor.js";

/** The kinds of attributes that became inputs. */
type MovedKind = "int" | "ints" | "float" | "floats";

/**
 * The upgrade of operators whose attributes of these names and kinds are the inputs after the first since opset `since`.
 */
export function attributesToInputs(since: number, kinds: Readonly<Record<string, MovedKind>>) {
  return (g: GraphBuilder, node: Node, opset: number): Node => {
    if (opset >= since) return node;
    const moved = Object.entries(kinds).map(([name, kind]) => movedInput(g, name, kind, node.attributes[name]));
    const last = moved.findLastIndex((name) => name !== "");
    if (last < 0) return node;
    const kept = Object.entries(node.attributes).filter(([name]) => !Object.hasOwn(kinds, name));
    const inputs = [node.inputs[0] ?? "", ...moved.slice(0, last + 1)];
    return { ...node, inputs, attributes: Object.fromEntries(kept) };
  };
}

/** The name of a constant that holds what the attribute does; empty where it is left out. */
function movedInput(g: GraphBuilder, name: string, kind: MovedKind, given: Attribute | undefined): string {
  if (given === undefined) return "";
  if (kind === "ints" && "ints" in given) return g.ints(given.ints).name;
  if (kind === "int" && "int" in given) return g.ints([given.int]).name;
  if (kind === "float" && "float" in given) return g.scalar(given.float).name;
  if (kind === "floats" && "floats" in given) return g.constant(float32([given.floats.length], given.floats)).name;
  throw new TypeError(`got attribute ${name} of kind ${Object.keys(given)[0]}; expected ${kind}`);
}

/** The downgrade that undoes it: the list, which must be constant, is an attribute again. */
export function inputToAttribute(name: string, since: number) {
  return (node: Node, opset: number, constant: (name: string) => Tensor | undefined): Node | number => {
    const [x = "", list = ""] = node.inputs;
    if (opset >= since || list === "") return node;
    const given = constant(list);
    if (given === undefined) return since;
    return { ...node, inputs: [x], attributes: { ...node.attributes, [name]: { ints: toNumbers(given) } } };
  };
}
