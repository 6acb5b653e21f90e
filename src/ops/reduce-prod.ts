import { multiplyDims } from "../graph/dims/dim.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { arithmetic } from "./rules/fold.js";
import { foldReduce } from "./rules/fold-reduce.js";
import { alongside, axesFromAttribute, axesToAttribute, reduceAttributes, reduceRule } from "./rules/reduce.js";
import { notPositive } from "./rules/steps.js";

/** Multiplies over axes. */
export const ReduceProd: Op<typeof reduceAttributes> = {
  domain: "",
  kind: "reduce",
  scaling: "keeps",
  attributes: reduceAttributes,
  shape: reduceRule,
  // dx = dy · the product of the others. Where a zero is among them that is 0; else it is the product without zeros
  // over x (over 1 where x itself is the zero).
  gradient: (g, dy, { inputs, attributes }) => {
    const x = required(inputs, 0, "data");
    return [
      () => {
        const zero = notPositive(g, g.call("Abs", [x]));
        const filled = g.call("Add", [x, zero]);
        const along = (value: Value) => alongside(g, value, x, inputs[1]);
        const product = along(g.call("Mul", [dy, g.call("ReduceProd", [filled, inputs[1]], attributes)]));
        const zeros = along(g.call("ReduceSum", [zero, inputs[1]], attributes));
        const others = notPositive(g, g.call("Sub", [zeros, zero]));
        return g.call("Mul", [others, g.call("Div", [product, filled])]);
      },
      undefined,
    ];
  },
  macs: noMacs,
  known: (call) =>
    foldReduce(
      call,
      arithmetic((a, b) => a * b, multiplyDims),
      1,
    ),
  upgrade: axesFromAttribute(18),
  downgrade: axesToAttribute(18),
};
