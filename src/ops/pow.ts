import type { GraphBuilder } from "../graph/builder.js";
import { broadcastShapes } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";
import { foldElements, inRange } from "./rules/fold.js";

const attributes = {};

/**
 * y = x^p element by element with broadcasting; p may be of another type than x. Where x < 0 and p is no whole number,
 * y is NaN.
 */
export const Pow: Op<typeof attributes> = {
  domain: "",
  kind: "elementwise",
  scaling: "keeps",
  attributes,
  shape: ({ inputs }) => {
    const [x, p] = [required(inputs, 0, "X"), required(inputs, 1, "Y")];
    return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, p.shape) }];
  },
  gradient: (g, dy, { inputs, outputs: [y] }) => {
    const [x, p] = [required(inputs, 0, "X"), required(inputs, 1, "Y")];
    return [
      () => unbroadcast(g, g.call("Mul", [dy, slope(g, x, p)]), x),
      () => {
        if (p.dtype !== "float32") {
          throw new TypeError(`got an exponent of ${p.dtype}; expected float32 to differentiate`);
        }
        // dp = dy·y·ln x. At x = 0, where y stays 0, it is 0; below 0 there is none, and NaN says so, as PyTorch does.
        const zero = g.cast(g.call("Equal", [x, g.scalar(0)]), "float32");
        const logarithm = g.call("Log", [g.call("Add", [x, zero])]);
        return unbroadcast(g, g.call("Mul", [dy, g.call("Mul", [y, logarithm])]), p);
      },
    ];
  },
  macs: noMacs,
  // Whole numbers alone: the last digit of other powers is the engine's affair.
  known: (call) =>
    foldElements(
      call,
      ([x, p]) => {
        const whole = Number.isSafeInteger(x) && Number.isSafeInteger(p) && Number(p) >= 0;
        return whole ? inRange(required(call.inputs, 0, "X").dtype, Number(x) ** Number(p), Number(x)) : undefined;
      },
      call.inputs[0]?.dtype,
    ),
};

/** p·x^(p − 1), and 0 where p = 0. */
function slope(g: GraphBuilder, x: Value, p: Value): Value {
  const constant = g.constantOf(p);
  const [only] = constant?.data.length === 1 ? toNumbers(constant) : [];
  if (only === 2) return g.call("Mul", [x, g.scalar(2)]);
  const exponent = p.dtype === "float32" ? p : g.cast(p, "float32");
  // Where p = 0 any finite power serves; the first one never becomes infinite.
  const zero = g.cast(g.call("Equal", [exponent, g.scalar(0)]), "float32");
  const lowered = g.call("Add", [g.call("Sub", [exponent, g.scalar(1)]), g.call("Mul", [zero, g.scalar(2)])]);
  return g.call("Mul", [exponent, g.call("Pow", [x, lowered])]);
}
