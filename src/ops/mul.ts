import { multiplyDims } from "../graph/dims/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { broadcastRule, unbroadcast } from "./rules/broadcast.js";
import { arithmetic, foldElements } from "./rules/fold.js";

const attributes = {};

/** y = a · b element by element with broadcasting. */
export const Mul: Op<typeof attributes> = {
  domain: "",
  kind: "join",
  scaling: "multiplies",
  attributes,
  shape: broadcastRule,
  gradient: (g, dy, { inputs }) => {
    const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
    return [
      () => unbroadcast(g, g.call("Mul", [dy, b]), a), // da = dy·b
      () => unbroadcast(g, g.call("Mul", [dy, a]), b), // db = dy·a
    ];
  },
  macs: noMacs,
  known: (call) =>
    foldElements(
      call,
      arithmetic((a, b) => a * b, multiplyDims),
    ),
};
