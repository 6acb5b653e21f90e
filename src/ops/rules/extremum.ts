import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { type InputGradient, required } from "../op.js";
import { unbroadcast } from "./broadcast.js";
import { halfStep } from "./steps.js";

/**
 * The gradients of the largest (or smallest) of some operands, y: each gets dy where it is y. Operands that tie share
 * dy evenly, as in `torch.maximum`.
 */
export function extremumGradient(
  g: GraphBuilder,
  dy: Value,
  y: Value,
  inputs: readonly (Value | undefined)[],
  kind: "max" | "min",
): InputGradient[] {
  const operands = inputs.map((_, i) => required(inputs, i, "data"));
  const [a, b, ...more] = operands as [Value, ...Value[]];
  if (b === undefined) return [() => dy];
  if (more.length > 0) {
    return operands.map((x) => () => unbroadcast(g, g.call("Mul", [dy, shareOf(g, x, y, operands)]), x));
  }
  const first = () => g.call("Mul", [dy, halfStep(g, kind === "max" ? g.call("Sub", [a, b]) : g.call("Sub", [b, a]))]);
  return [() => unbroadcast(g, first(), a), () => unbroadcast(g, g.call("Sub", [dy, first()]), b)];
}

/** One over the number of operands that are y where x is one of them, else 0. */
function shareOf(g: GraphBuilder, x: Value, y: Value, operands: readonly Value[]): Value {
  const hits = (operand: Value) => g.cast(g.call("Equal", [operand, y]), "float32");
  return g.call("Div", [hits(x), operands.map(hits).reduce((sum, hit) => g.call("Add", [sum, hit]))]);
}
