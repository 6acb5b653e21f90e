import { broadcastRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** The smaller of two values element by element with broadcasting. */
export const Min: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: broadcastRule,
  gradient: { none: "it is written for optimizers, after all gradients" },
  macs: noMacs,
};
