import type { Attribute } from "../../graph/attributes.js";
import type { Node } from "../../graph/graph.js";

/** An attribute that an operator was given later: the opset, and the value that its older form implies. */
export interface LaterAttribute {
  readonly since: number;
  /** Of lists: of every element. Left out where only the attribute's absence means the older form. */
  readonly implied?: number | string;
}

/**
 * The downgrade of operators that were given attributes: before that they are left out, or the newer opset is needed.
 */
export function attributesSince(later: Readonly<Record<string, LaterAttribute>>) {
  return (node: Node, opset: number): Node | number => {
    const tooNew = Object.entries(node.attributes).filter(([name]) => (later[name]?.since ?? 0) > opset);
    const needed = tooNew.filter(([name, value]) => !isImplied(value, later[name]!.implied));
    if (needed.length > 0) return Math.max(...needed.map(([name]) => later[name]!.since));
    const left = tooNew.map(([name]) => name);
    const attributes = Object.entries(node.attributes).filter(([name]) => !left.includes(name));
    return { ...node, attributes: Object.fromEntries(attributes) };
  };
}

function isImplied(value: Attribute, implied: LaterAttribute["implied"]): boolean {
  if ("int" in value) return value.int === implied;
  if ("string" in value) return value.string === implied;
  return "ints" in value && value.ints.every((element) => element === implied);
}
