import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** True where x is not a number, bool. */
export const IsNaN: Op<typeof attributes> = {
  domain: "",
  kind: "logic",
  attributes,
  shape: ({ inputs }) => [{ dtype: "bool", shape: required(inputs, 0, "X").shape }],
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
};
