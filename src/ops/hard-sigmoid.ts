import { attribute } from "../graph/attributes.js";
import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = { alpha: attribute("float", 0.2), beta: attribute("float", 0.5) };

/** y = max(0, min(1, α·x + β)). */
export const HardSigmoid: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  // α where 0 < y < 1, else 0: the sign of y·(1 − y)
  gradient: (g, dy, { outputs: [y], attributes: { alpha } }) => [
    () => {
      const inside = g.call("Sign", [g.call("Mul", [y, g.call("Sub", [g.scalar(1), y])])]);
      return g.call("Mul", [dy, g.call("Mul", [inside, g.scalar(alpha)])]);
    },
  ],
  macs: noMacs,
};
