import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = the whole number nearest to x; halves go to the even one. */
export const Round: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between halves of whole numbers" },
  macs: noMacs,
};
