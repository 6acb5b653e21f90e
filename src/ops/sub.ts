import { broadcastRule, unbroadcast } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** y = a − b with broadcasting. */
export const Sub: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: broadcastRule,
  gradient: (g, dy, { inputs }) => [
    () => unbroadcast(g, dy, required(inputs, 0, "A")),
    () => unbroadcast(g, g.call("Neg", [dy]), required(inputs, 1, "B")),
  ],
  macs: noMacs,
};
