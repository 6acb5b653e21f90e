import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/shape.js";
import { unaryRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { axes: attribute("ints", [0, 2, 3]) };

/** Of the definition of the operator: it is added to the deviation. */
const epsilon = 1e-9;

/** y = (x − mean)/(√variance + 10⁻⁹) with mean and variance over `axes`. */
export const MeanVarianceNormalization: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: (call) => {
    const types = unaryRule(call);
    for (const axis of call.attributes.axes) normalizeAxis(axis, types[0]!.shape.length);
    return types;
  },
  // dx = (dy − mean(dy) − y·mean(dy·y))/√variance, up to terms of the size of 10⁻⁹
  gradient: (g, dy, { inputs, outputs: [y], attributes: { axes } }) => [
    () => {
      const x = required(inputs, 0, "X");
      const mean = (value: typeof x) => g.call("ReduceMean", [value, g.ints(axes)], { keepdims: 1 });
      const centred = g.call("Sub", [x, mean(x)]);
      const variance = mean(g.call("Mul", [centred, centred]));
      const deviation = g.call("Add", [g.call("Sqrt", [variance]), g.scalar(epsilon)]);
      const along = g.call("Mul", [y, mean(g.call("Mul", [dy, y]))]);
      return g.call("Div", [g.call("Sub", [g.call("Sub", [dy, mean(dy)]), along]), deviation]);
    },
  ],
  macs: noMacs,
};
