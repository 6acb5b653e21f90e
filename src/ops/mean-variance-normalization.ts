import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";

const attributes = { axes: attribute("ints", [0, 2, 3]) };

/**
 * y = (x − mean)/√variance with mean and variance over `axes`. ONNX adds 10⁻⁹ to the root; ONNX Runtime does not, and
 * gives NaN where all elements are equal.
 */
export const MeanVarianceNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  shape: (call) => {
    const types = unaryRule(call);
    for (const axis of call.attributes.axes) normalizeAxis(axis, types[0]!.shape.length);
    return types;
  },
  // dx = (dy − mean(dy) − y·mean(dy·y))/√variance
  gradient: (g, dy, { inputs, outputs: [y], attributes: { axes } }) => [
    () => {
      const x = required(inputs, 0, "X");
      const mean = (value: typeof x) => g.call("ReduceMean", [value, g.ints(axes)], { keepdims: 1 });
      const centred = g.call("Sub", [x, mean(x)]);
      const variance = mean(g.call("Mul", [centred, centred]));
      const along = g.call("Mul", [y, mean(g.call("Mul", [dy, y]))]);
      return g.call("Div", [g.call("Sub", [g.call("Sub", [dy, mean(dy)]), along]), g.call("Sqrt", [variance])]);
    },
  ],
  macs: noMacs,
};
