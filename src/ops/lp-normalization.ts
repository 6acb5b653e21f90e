import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { overPositive, signOf } from "./rules/steps.js";

const attributes = { axis: attribute("int", -1), p: attribute("int", 2) };

/**
 * y = x / ‖x‖ along `axis` with the sum of sizes (p = 1) or the root of the sum of squares (p = 2); 0 where ‖x‖ is 0.
 */
export const LpNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  shape: (call) => {
    const types = unaryRule(call);
    normalizeAxis(call.attributes.axis, types[0]!.shape.length);
    if (call.attributes.p === 1 || call.attributes.p === 2) return types;
    throw new TypeError(`got p ${call.attributes.p}; expected 1 or 2`);
  },
  // dx = (dy − ∂‖x‖/∂x · Σ dy·y) / ‖x‖, and 0 where ‖x‖ is 0
  gradient: (g, dy, { inputs, outputs: [y], attributes: { axis, p } }) => [
    () => {
      const x = required(inputs, 0, "input");
      const axes = g.ints([axis]);
      const norm = g.call(p === 1 ? "ReduceL1" : "ReduceL2", [x, axes], { keepdims: 1 });
      const along = g.call("ReduceSum", [g.call("Mul", [dy, y]), axes], { keepdims: 1 });
      const direction = p === 1 ? signOf(g, x) : y;
      const rest = g.call("Sub", [dy, g.call("Mul", [direction, along])]);
      return g.call("Mul", [rest, overPositive(g, g.scalar(1), norm)]);
    },
  ],
  macs: noMacs,
};
