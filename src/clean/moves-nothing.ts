import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import { sameShape } from "../graph/dims/shape.js";
import type { Node } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";

/**
 * What an operator that is no view must meet so that a result with the type of its first input has its elements too.
 */
const conditions: Readonly<Record<string, (g: GraphBuilder, node: Node, inference: boolean) => boolean>> = {
  Cast: () => true,
  Expand: () => true,
  Tile: () => true,
  Concat: (_, { inputs }) => inputs.length === 1,
  Slice: (g, { inputs }) => steps(g, inputs[4]).every((step) => step > 0),
  Transpose: (_, node) => {
    const perm = attributesOf(node).perm as readonly number[] | undefined;
    return (perm ?? [-1]).every((axis, i) => axis === i); // without a perm the axes are reversed
  },
  Dropout: (_, { outputs }, inference) => inference && outputs.length === 1,
};

/** True where the one output of a node, whose inputs are in `g`, is its first input as it is. */
export function movesNothing(g: GraphBuilder, node: Node, inference: boolean): boolean {
  const condition = Object.hasOwn(conditions, node.op) ? conditions[node.op]! : () => isOfKind(node, "view");
  if (!condition(g, node, inference)) return false;
  const [x, y] = [g.value(node.inputs[0]!), g.typesOf(node)[0]!];
  return x.dtype === y.dtype && sameShape(x.shape, y.shape);
}

/** The steps of a Slice; those that are left out are 1. */
function steps(g: GraphBuilder, name: string | undefined): readonly number[] {
  const known = name === undefined || name === "" ? undefined : g.known(g.value(name));
  return (known?.data ?? []).map(Number);
}
