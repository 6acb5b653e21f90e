import { attribute } from "../graph/attributes.js";
import { unaryRule } from "./broadcast.js";
import { noMacs, type Op } from "./op.js";

const attributes = { axis: attribute("int", -1) };

/** y = eˣ / Σ eˣ along `axis`. */
export const Softmax: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: unaryRule,
  // dx = y · (dy − Σ dy·y)
  gradient: (g, dy, { outputs: [y], attributes: { axis } }) => [
    () => {
      const total = g.call("ReduceSum", [g.call("Mul", [dy, y]), g.ints([axis])], { keepdims: 1 });
      return g.call("Mul", [y, g.call("Sub", [dy, total])]);
    },
  ],
  macs: noMacs,
};
