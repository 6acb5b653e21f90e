import { addDims, maxOfDims, quotientOfDims, subtractDims } from "../graph/dims/dim.js";
import type { Known } from "../graph/dims/known.js";
import type { Dim } from "../graph/graph.js";
import { noMacs, type Op, type OpCall, required } from "./op.js";
import { foldEach } from "./rules/fold.js";

const attributes = {};

/** The numbers from `start` towards `limit` (not included) by `delta`. */
export const Range: Op<typeof attributes> = {
  domain: "",
  kind: "shape",
  attributes,
  shape: (call) => {
    const { dtype } = required(call.inputs, 0, "start");
    const [start, limit, delta] = operands(call).map(({ data }) => data[0]!) as [Dim, Dim, Dim];
    return [{ dtype, shape: [countOf(start, limit, delta)] }];
  },
  gradient: { none: "it counts by steps that are fixed while the graph is built" },
  macs: noMacs,
  known: (call) => {
    const { dtype, shape } = Range.shape(call)[0]!;
    const [start, , delta] = operands(call).map(({ data }) => data[0]!);
    const whole = [start, delta].every(Number.isSafeInteger); // the rounding of fractions is left to the engine
    return [whole ? foldEach(dtype, shape, ([i]) => Number(start) + i! * Number(delta)) : undefined];
  },
};

function operands({ inputs, known }: OpCall<typeof attributes>): Known[] {
  return ["start", "limit", "delta"].map((name, i) => {
    required(inputs, i, name);
    const value = known(i);
    if (value === undefined) throw new TypeError(`got a ${name} that is computed; expected a constant`);
    return value;
  });
}

/** max(0, ⌈(limit − start) / delta⌉) */
function countOf(start: Dim, limit: Dim, delta: Dim): Dim {
  const numbers = [start, limit, delta].every((operand) => typeof operand === "number");
  if (numbers) return Math.max(0, Math.ceil((Number(limit) - Number(start)) / Number(delta)));
  if (delta === 0 || typeof delta === "string") {
    throw new TypeError(`got delta ${delta}; expected a number that is not 0`);
  }
  const distance = maxOfDims(delta > 0 ? subtractDims(limit, start) : subtractDims(start, limit), 0);
  return quotientOfDims(addDims(distance, Math.abs(delta) - 1), Math.abs(delta));
}
