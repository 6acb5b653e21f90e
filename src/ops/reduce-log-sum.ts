import { noMacs, type Op, required } from "./op.js";
import { axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule, unreduce } from "./rules/reduce.js";

/** ln Σ x over axes. */
export const ReduceLogSum: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "keeps",
  attributes: reduceAttributes,
  shape: reduceRule,
  // dx = dy / Σ x
  gradient: (g, dy, { inputs, attributes }) => {
    const x = required(inputs, 0, "data");
    const sum = () => g.call("ReduceSum", [x, inputs[1]], attributes);
    return [() => unreduce(g, g.call("Div", [dy, sum()]), x, inputs[1]), undefined];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
