import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { float64 } from "../../graph/tensor.js";

/** A float64 scalar. */
export function double(g: GraphBuilder, x: number): Value {
  return g.constant(float64([], [x]));
}

/**
 * 1 − βᵗ as a float64 scalar: what an average that started at zero is divided by. In single precision βᵗ near 1 would
 * leave few digits. Source: Kingma & Ba 2014, arXiv:1412.6980, §3.
 * @param beta a number, or a float32 scalar that is known when the graph runs.
 * @param count t, an int64 scalar from 1.
 */
export function biasCorrection(g: GraphBuilder, beta: number | Value, count: Value): Value {
  const base = typeof beta === "number" ? double(g, beta) : g.cast(beta, "float64");
  const power = g.call("Pow", [base, g.cast(count, "float64")]);
  return g.call("Sub", [double(g, 1), power]);
}

/** A scalar computed in double precision as float32. */
export function single(g: GraphBuilder, x: Value): Value {
  return g.cast(x, "float32");
}
