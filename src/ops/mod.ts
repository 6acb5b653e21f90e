import { attribute } from "../graph/attributes.js";
import { remainderOfDims } from "../graph/dims/dim.js";
import { noMacs, type Op } from "./op.js";
import { broadcastRule } from "./rules/broadcast.js";
import { arithmetic, foldElements } from "./rules/fold.js";

const attributes = { fmod: attribute("int", 0) };

/** What a leaves when divided by b, with the sign of b, or of a with `fmod`; with broadcasting. */
export const Mod: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: broadcastRule,
  gradient: { none: "it jumps at every multiple of the divisor" },
  macs: noMacs,
  known: (call) => {
    const { fmod } = call.attributes;
    const onNumbers = arithmetic(
      (a, b) => (fmod ? a % b : a - b * Math.floor(a / b)),
      (a, b) => (fmod ? undefined : remainderOfDims(a, b)),
    );
    return foldElements(call, (operands, dtype) =>
      operands[1] === 0 || dtype.startsWith("float") ? undefined : onNumbers(operands, dtype),
    );
  },
};
