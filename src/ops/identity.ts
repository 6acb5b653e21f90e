import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = x. */
export const Identity: Op<typeof attributes> = {
  domain: "",
  kind: "view",
  attributes,
  shape: unaryRule,
  gradient: (_, dy) => [() => dy],
  macs: noMacs,
  known: ({ known }) => [known(0)],
};
