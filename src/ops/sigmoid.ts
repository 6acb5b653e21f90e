import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = 1 / (1 + e⁻ˣ). */
export const Sigmoid: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "always",
  positive: true,
  attributes,
  shape: unaryRule,
  // dx = dy · y · (1 − y)
  gradient: (g, dy, { outputs: [y] }) => [
    () => g.call("Mul", [dy, g.call("Mul", [y, g.call("Sub", [g.scalar(1), y])])]),
  ],
  macs: noMacs,
};
