import { broadcastRule, unbroadcast } from "./broadcast.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** y = a / b element by element with broadcasting. */
export const Div: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: broadcastRule,
  gradient: (g, dy, { inputs, outputs }) => {
    const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
    const da = () => g.call("Div", [dy, b]); // da = dy / b
    return [
      () => unbroadcast(g, da(), a),
      () => unbroadcast(g, g.call("Neg", [g.call("Mul", [da(), outputs[0]])]), b), // db = −dy·y / b
    ];
  },
  macs: noMacs,
};
