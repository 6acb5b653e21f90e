import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = x held between scalars: x, min, max. */
export const Clip: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "it is written for optimizers, after all gradients" },
  macs: noMacs,
};
