import type { Value } from "../graph/graph.js";
import type { Scope } from "./scope.js";

/**
 * Leaves out entries at random while training, and is nothing otherwise; a rate of 0 leaves no trace in the graph.
 * Source: Srivastava et al. 2014, JMLR 15.
 * @param rate the share that is left out, from 0 to below 1. @returns the shape of `x`.
 * @example
 * ```ts
 * import { dropout, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 128]);
 * console.log(dropout(p.at("drop"), x, 0.2).shape); // [ 'N', 128 ]
 * ```
 */
export function dropout(p: Scope, x: Value, rate: number): Value {
  return rate === 0 ? x : p.g.call("Dropout", [x, p.g.scalar(rate)], {}, p.name("out"));
}
