import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = { approximate: attribute("string", "none") };

/** y = x·Φ(x), or with `approximate: "tanh"` x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2. Source: arXiv:1606.08415. */
export const Gelu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "keeps",
  gate: "never",
  positive: false,
  attributes,
  since: 20,
  shape: (call) => {
    const { approximate } = call.attributes;
    const types = unaryRule(call);
    if (approximate === "none" || approximate === "tanh") return types;
    throw new TypeError(`got approximate "${approximate}"; expected "none" or "tanh"`);
  },
  gradient: (g, dy, { inputs, outputs, attributes: { approximate } }) => [
    () => {
      const x = required(inputs, 0, "X");
      return g.call("Mul", [dy, approximate === "tanh" ? tanhSlope(g, x, outputs[0]!) : exactSlope(g, x)]);
    },
  ],
  macs: noMacs,
};

/** Φ(x) + x·φ(x) = ½·erf(t) + ½ + t·exp(−t²)/√π with t = x/√2. */
function exactSlope(g: GraphBuilder, x: Value): Value {
  const t = g.call("Mul", [x, g.scalar(Math.SQRT1_2)]);
  const distribution = g.call("HardSigmoid", [g.call("Erf", [t])], { alpha: 0.5, beta: 0.5 }); // one pass for ½·erf + ½
  const exponent = g.call("Sub", [g.scalar(-Math.log(Math.PI) / 2), g.call("Mul", [t, t])]);
  return g.call("Add", [distribution, g.call("Mul", [t, g.call("Exp", [exponent])])]);
}

/** y = x·s with s = sigmoid(u), u = x·(a + b·x²), so the slope is s + y·(1 − s)·(a + 3b·x²). */
function tanhSlope(g: GraphBuilder, x: Value, y: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  const b = 0.044715 * a;
  const squared = g.call("Mul", [x, x]);
  const affine = (scale: number) => g.call("Add", [g.call("Mul", [squared, g.scalar(scale)]), g.scalar(a)]);
  const s = g.call("Sigmoid", [g.call("Mul", [x, affine(b)])]);
  const rest = g.call("Mul", [g.call("Mul", [y, g.call("Sub", [g.scalar(1), s])]), affine(3 * b)]);
  return g.call("Add", [s, rest]);
}
