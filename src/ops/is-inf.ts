import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { detect_negative: attribute("int", 1), detect_positive: attribute("int", 1) };

/** True where x is infinite, of the signs that are asked for, bool. */
export const IsInf: Op<typeof attributes> = {
  domain: "",
  kind: "logic",
  attributes,
  shape: ({ inputs }) => [{ dtype: "bool", shape: required(inputs, 0, "X").shape }],
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
};
