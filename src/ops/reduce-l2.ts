import { noMacs, type Op, required } from "./op.js";
import { alongside, axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";
import { overPositive } from "./rules/steps.js";

/** √(Σ x²) over axes; its slope is taken as 0 where all x are 0. */
export const ReduceL2: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  // dx = x · dy / y
  gradient: (g, dy, { inputs, outputs }) => {
    const x = required(inputs, 0, "data");
    return [() => g.call("Mul", [x, alongside(g, overPositive(g, dy, outputs[0]!), x, inputs[1])]), undefined];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
