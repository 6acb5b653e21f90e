import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** The opposite of truth values. */
export const Not: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
};
