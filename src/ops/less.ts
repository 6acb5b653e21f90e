import { broadcastRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = (a < b) element by element with broadcasting, bool. */
export const Less: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: (call) => broadcastRule(call).map(({ shape }) => ({ dtype: "bool", shape })),
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
};
