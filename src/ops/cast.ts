import { attribute } from "../graph/attributes.js";
import { truncateDim } from "../graph/dims/dim.js";
import { dtypeFromOnnx } from "../graph/dtype.js";
import type { Dim } from "../graph/graph.js";
import type { DType } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { foldElements, inRange } from "./rules/fold.js";

const attributes = { to: attribute("int", 1), saturate: attribute("int", 1) };

/** y = x in another element type; `to` is ONNX's number of the type (1 is float32). */
export const Cast: Op<typeof attributes> = {
  domain: "",
  kind: "logic",
  attributes,
  shape: ({ inputs, attributes: { to } }) => [{ dtype: dtypeFromOnnx(to), shape: required(inputs, 0, "input").shape }],
  gradient: (g, dy, { inputs }) => [
    () => {
      const { dtype } = required(inputs, 0, "input");
      if (dtype.startsWith("float")) return g.cast(dy, dtype);
      throw new TypeError(`got ${dtype}; expected floating-point numbers where a gradient is wanted`);
    },
  ],
  macs: noMacs,
  downgrade: attributesSince({ saturate: { since: 19, implied: 1 } }),
  known: (call) => {
    const to = dtypeFromOnnx(call.attributes.to);
    return foldElements(call, ([x], from) => castElement(x!, from, to), to);
  },
};

function castElement(x: Dim, from: DType, to: DType): Dim | undefined {
  const float = to.startsWith("float");
  if (typeof x === "string") {
    if (to === "bool") return undefined;
    return float || !from.startsWith("float") ? x : truncateDim(x);
  }
  if (to === "bool") return x === 0 ? 0 : 1; // what is not a number counts as true
  if (float) return inRange(to, x);
  // "As far as possible", the largest int64, stays that in int64; elsewhere the engine decides what becomes of it.
  const whole = Math.trunc(x) + 0;
  return to === "int64" && Math.abs(whole) === 2 ** 63 ? whole : inRange(to, whole);
}
