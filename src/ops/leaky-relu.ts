import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { positive } from "./rules/steps.js";

const attributes = { alpha: attribute("float", 0.01) };

/** y = x where x > 0, else α·x; its slope at 0 is α. */
export const LeakyRelu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "moves",
  gate: "never",
  positive: false,
  attributes,
  shape: unaryRule,
  gradient: (g, dy, { inputs, attributes: { alpha } }) => [
    () => g.call("Mul", [dy, slope(g, required(inputs, 0, "X"), alpha)]),
  ],
  macs: noMacs,
};

/** 1 where x > 0, else α. */
function slope(g: GraphBuilder, x: Value, alpha: number): Value {
  const step = positive(g, x);
  if (alpha >= 0 && alpha <= 1) return g.call("Clip", [step, g.scalar(alpha)]); // one pass fewer
  return g.call("Add", [g.call("Mul", [step, g.scalar(1 - alpha)]), g.scalar(alpha)]);
}
