import { integerRule } from "./integers.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** The bitwise and of integers element by element with broadcasting. */
export const BitwiseAnd: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: integerRule,
  gradient: { none: "its operands are integers" },
  macs: noMacs,
};
