import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = the largest whole number that is not above x. */
export const Floor: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is flat between whole numbers" },
  macs: noMacs,
};
