import { integerRule } from "./integers.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** The bitwise exclusive or of integers element by element with broadcasting. */
export const BitwiseXor: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: integerRule,
  gradient: { none: "its operands are integers" },
  macs: noMacs,
};
