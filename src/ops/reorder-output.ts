import { attribute } from "../graph/attributes.js";
import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = { channels: attribute("int", 0) };

/** Stores x [N, C, H, W] plainly again, undoing `ReorderInput`. */
export const ReorderOutput: Op<typeof attributes> = {
  domain: "com.microsoft.nchwc",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is made by lowering, after differentiation" },
  macs: noMacs,
};
