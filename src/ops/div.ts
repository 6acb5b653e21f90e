import { divideDims, quotientOfDims } from "../graph/dims/dim.js";
import { noMacs, type Op, required } from "./op.js";
import { broadcastRule, unbroadcast } from "./rules/broadcast.js";
import { arithmetic, type Fold, foldElements } from "./rules/fold.js";

const attributes = {};

/** y = a / b element by element with broadcasting; integers are divided towards zero. */
export const Div: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "moves",
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
  known: (call) => foldElements(call, divide),
};

const divideNumbers = arithmetic((a, b) => a / b, divideDims);
const divideIntegers = arithmetic((a, b) => Math.trunc(a / b), quotientOfDims);
const divide: Fold = (operands, dtype) => {
  if (dtype.startsWith("float")) return divideNumbers(operands, dtype);
  return operands[1] === 0 ? undefined : divideIntegers(operands, dtype); // whatever the engine makes of it
};
