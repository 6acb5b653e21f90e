import { noMacs, type Op, required } from "./op.js";
import { alongside, axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";

/** ln Σ eˣ over axes, which no size of x overflows. */
export const ReduceLogSumExp: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "keeps",
  attributes: reduceAttributes,
  shape: reduceRule,
  // dx = dy · exp(x − y)
  gradient: (g, dy, { inputs, outputs }) => {
    const x = required(inputs, 0, "data");
    return [
      () => {
        const share = g.call("Exp", [g.call("Sub", [x, alongside(g, outputs[0]!, x, inputs[1])])]);
        return g.call("Mul", [share, alongside(g, dy, x, inputs[1])]);
      },
      undefined,
    ];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
