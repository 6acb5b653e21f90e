import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = x / (1 + |x|). */
export const Softsign: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs: [x] }) => [
    () => {
      const denominator = g.call("Add", [g.call("Abs", [x]), g.scalar(1)]);
      return g.call("Div", [dy, g.call("Mul", [denominator, denominator])]);
    },
  ],
  macs: noMacs,
};
