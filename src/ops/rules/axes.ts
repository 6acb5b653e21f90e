import type { GraphBuilder } from "../../graph/builder.js";
import type { Node } from "../../graph/graph.js";
import { type Tensor, toNumbers } from "../../graph/tensor.js";

/** The upgrade of operators whose list of integers was an attribute until `opset` and is input 1 since. */
export function attributeToInput(name: string, since: number) {
  return (g: GraphBuilder, node: Node, opset: number): Node => {
    const { [name]: given, ...attributes } = node.attributes;
    if (opset >= since || given === undefined) return node;
    if (!("ints" in given)) {
      throw new TypeError(`got attribute ${name} of kind ${Object.keys(given)[0]}; expected ints`);
    }
    return { ...node, inputs: [node.inputs[0] ?? "", g.ints(given.ints).name], attributes };
  };
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
