import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { flattenedAxis } from "./rules/flattened-axis.js";

const attributes = { axis: attribute("int", -1) };

/** y = x − log Σ eˣ along `axis`. */
export const LogSoftmax: Op<typeof attributes> = {
  domain: "",
  kind: "along",
  scaling: "keeps",
  gate: "never",
  attributes,
  shape: (call) => {
    normalizeAxis(call.attributes.axis, required(call.inputs, 0, "input").shape.length);
    return unaryRule(call);
  },
  // dx = dy − softmax(x) · Σ dy
  gradient: (g, dy, { inputs, attributes: { axis } }) => [
    () => {
      const total = g.call("ReduceSum", [dy, g.ints([axis])], { keepdims: 1 });
      return g.call("Sub", [dy, g.call("Mul", [g.call("Softmax", [inputs[0]], { axis }), total])]);
    },
  ],
  macs: noMacs,
  upgrade: flattenedAxis,
};
