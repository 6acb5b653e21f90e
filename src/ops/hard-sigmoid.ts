import { attribute } from "../graph/attributes.js";
import { noMacs, type Op } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { positive } from "./rules/steps.js";

const attributes = { alpha: attribute("float", 0.2), beta: attribute("float", 0.5) };

/** y = max(0, min(1, α·x + β)). */
export const HardSigmoid: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "also",
  positive: true,
  attributes,
  shape: unaryRule,
  // α where 0 < y < 1, which is where y·(1 − y) > 0, else 0
  gradient: (g, dy, { outputs: [y], attributes: { alpha } }) => [
    () => {
      const inside = positive(g, g.call("Mul", [y, g.call("Sub", [g.scalar(1), y])]));
      return g.call("Mul", [g.call("Mul", [dy, inside]), g.scalar(alpha)]);
    },
  ],
  macs: noMacs,
};
