import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** Stores x [N, C, H, W] in channel blocks, [N, C/b, H, W, b]; its declared shape stays. */
export const ReorderInput: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: noMacs,
};
