import { unbroadcast, variadicRule } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** The mean of any number of operands, element by element, with broadcasting. */
export const Mean: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: variadicRule,
  gradient: (g, dy, { inputs }) => {
    const share = () => g.call("Mul", [dy, g.scalar(1 / inputs.length)]);
    return inputs.map((_, i) => () => unbroadcast(g, share(), required(inputs, i, "data")));
  },
  macs: noMacs,
};
