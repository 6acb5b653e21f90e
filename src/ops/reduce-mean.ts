import { concrete } from "../graph/dims/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule, unreduce } from "./rules/reduce.js";

/** Averages over axes. */
export const ReduceMean: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "moves",
  attributes: reduceAttributes,
  shape: reduceRule,
  gradient: (g, dy, { inputs, outputs }) => {
    const x = required(inputs, 0, "data");
    const share = () => g.scalar(elements(concrete(outputs[0]!)) / elements(concrete(x)));
    return [() => unreduce(g, g.call("Mul", [dy, share()]), x, inputs[1]), undefined];
  },
  macs: noMacs,
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
