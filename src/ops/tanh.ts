import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). */
export const Tanh: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "also",
  positive: false,
  attributes,
  shape: unaryRule,
  // dx = dy·(1 − y²)
  gradient: (g, dy, { outputs: [y] }) => [
    () => g.call("Mul", [dy, g.call("Sub", [g.scalar(1), g.call("Mul", [y, y])])]),
  ],
  macs: noMacs,
};
