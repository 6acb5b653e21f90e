import { broadcastShapes } from "../graph/shape.js";
import { toNumbers } from "../graph/tensor.js";
import { unbroadcast } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** Stretches x to the broadcast of its shape and the given one. */
export const Expand: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, constant }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    const target = constant(1);
    if (target === undefined) throw new TypeError("got a shape that is computed; expected a constant");
    return [{ dtype, shape: broadcastShapes(shape, toNumbers(target)) }];
  },
  gradient: (g, dy, { inputs }) => [() => unbroadcast(g, dy, required(inputs, 0, "input")), undefined],
  macs: noMacs,
};
