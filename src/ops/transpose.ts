import { attribute } from "../graph/attributes.js";
import { ShapeError } from "../graph/dims/shape.js";
import type { ValueType } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { foldMove } from "./rules/fold.js";

const attributes = { perm: attribute("ints", undefined) };

/** Reorders axes: axis i of the result is axis perm[i] of x; reversed when perm is left out. */
export const Transpose: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: "moves",
  attributes,
  shape: ({ inputs, attributes: { perm } }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    const order = perm ?? shape.map((_, i) => shape.length - 1 - i);
    if (order.length !== shape.length || shape.some((_, axis) => !order.includes(axis))) {
      throw new ShapeError({ given: `perm [${order}]`, expected: `each of the ${shape.length} axes once` });
    }
    return [{ dtype, shape: order.map((axis) => shape[axis]!) }];
  },
  gradient: (g, dy, { attributes: { perm } }) => [
    () => g.call("Transpose", [dy], perm === undefined ? {} : { perm: perm.map((_, i) => perm.indexOf(i)) }),
  ],
  macs: noMacs,
  known: (call) => {
    const [{ shape }] = Transpose.shape(call) as [ValueType];
    const order = call.attributes.perm ?? shape.map((_, i) => shape.length - 1 - i);
    return [foldMove(call.known(0), shape, (at) => order.map((_, axis) => at[order.indexOf(axis)]!))];
  },
};
