import { addDims } from "../graph/dims/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { broadcastRule, unbroadcast } from "./rules/broadcast.js";
import { arithmetic, foldElements } from "./rules/fold.js";

const attributes = {};

/** y = a + b with broadcasting. */
export const Add: Op<typeof attributes> = {
  domain: "",
  kind: "join",
  scaling: "joins",
  attributes,
  shape: broadcastRule,
  gradient: (g, dy, { inputs }) => [
    () => unbroadcast(g, dy, required(inputs, 0, "A")),
    () => unbroadcast(g, dy, required(inputs, 1, "B")),
  ],
  macs: noMacs,
  known: (call) =>
    foldElements(
      call,
      arithmetic((a, b) => a + b, addDims),
    ),
};
