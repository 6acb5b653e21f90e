import { attribute } from "../graph/attributes.js";
import { normalizeAxis } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unaryRule } from "./rules/broadcast.js";
import { flattenedAxis } from "./rules/flattened-axis.js";

const attributes = { axis: attribute("int", -1) };

/** y = eˣ / Σ eˣ along `axis`. */
export const Softmax: Op<typeof attributes> = {
  domain: "",
  kind: "along",
  scaling: "keeps",
  gate: "also",
  attributes,
  shape: (call) => {
    normalizeAxis(call.attributes.axis, required(call.inputs, 0, "input").shape.length);
    return unaryRule(call);
  },
  // dx = y · (dy − Σ dy·y)
  gradient: (g, dy, { outputs: [y], attributes: { axis } }) => [
    () => {
      const total = g.call("ReduceSum", [g.call("Mul", [dy, y]), g.ints([axis])], { keepdims: 1 });
      return g.call("Mul", [y, g.call("Sub", [dy, total])]);
    },
  ],
  macs: noMacs,
  upgrade: flattenedAxis,
};
