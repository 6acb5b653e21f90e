import { broadcastShapes } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";
import { foldMove, stretched } from "./rules/fold.js";

const attributes = {};

/** Stretches x to the broadcast of its shape and the given one. */
export const Expand: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: "moves",
  attributes,
  shape: ({ inputs, known }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    const target = known(1);
    if (target === undefined) throw new TypeError("got a shape that is computed; expected a constant");
    return [{ dtype, shape: broadcastShapes(shape, target.data) }];
  },
  gradient: (g, dy, { inputs }) => [() => unbroadcast(g, dy, required(inputs, 0, "input")), undefined],
  macs: noMacs,
  known: (call) => {
    const x = call.known(0);
    return [foldMove(x, Expand.shape(call)[0]!.shape, (at) => stretched(x!.shape, at))];
  },
};
