import { attribute } from "../graph/attributes.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = { exclusive: attribute("int", 0), reverse: attribute("int", 0) };

/**
 * Sums along an axis up to each element, itself included or not (`exclusive`), from the start or the end (`reverse`).
 */
export const CumSum: Op<typeof attributes> = {
  domain: "",
  kind: "along",
  scaling: "moves",
  gate: "never",
  attributes,
  shape: ({ inputs }) => {
    const { dtype, shape } = required(inputs, 0, "x");
    required(inputs, 1, "axis");
    return [{ dtype, shape }];
  },
  // dy of every sum that an element is in: the sums from the other end
  gradient: (g, dy, { inputs, attributes: { exclusive, reverse } }) => [
    () => g.call("CumSum", [dy, required(inputs, 1, "axis")], { exclusive, reverse: reverse ? 0 : 1 }),
    undefined,
  ],
  macs: noMacs,
};
