import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { negativePart, positive } from "./steps.js";

/** The slope of an exponential linear unit: `above` where x > 0, `below`·eˣ elsewhere; it never overflows. */
export function exponentialSlope(g: GraphBuilder, x: Value, { above, below }: { above: number; below: number }): Value {
  const exponential = g.call("Exp", [negativePart(g, x)]);
  const scaled = below === 1 ? exponential : g.call("Mul", [exponential, g.scalar(below)]);
  return above === below ? scaled : g.call("Add", [scaled, g.call("Mul", [positive(g, x), g.scalar(above - below)])]);
}
