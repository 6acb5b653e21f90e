import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = {};

/** y = 2/√π · ∫₀ˣ exp(−t²) dt. */
export const Erf: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: unaryRule,
  // dx = dy · exp(ln(2/√π) − x²)
  gradient: (g, dy, { inputs: [x] }) => [
    () => {
      const exponent = g.call("Sub", [g.scalar(Math.log(2 / Math.sqrt(Math.PI))), g.call("Mul", [x, x])]);
      return g.call("Mul", [dy, g.call("Exp", [exponent])]);
    },
  ],
  macs: noMacs,
};
