import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { negativePart } from "./rules/steps.js";

const attributes = { alpha: attribute("float", 1) };

/** y = max(0, x) + min(0, α·(exp(x/α) − 1)). Source: Barron 2017, arXiv:1704.07483. */
export const Celu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  shape: unaryRule,
  // dx = dy · exp(min(x, 0) / α)
  gradient: (g, dy, { inputs, attributes: { alpha } }) => [
    () => {
      const exponent = g.call("Mul", [negativePart(g, required(inputs, 0, "X")), g.scalar(1 / alpha)]);
      return g.call("Mul", [dy, g.call("Exp", [exponent])]);
    },
  ],
  macs: noMacs,
};
