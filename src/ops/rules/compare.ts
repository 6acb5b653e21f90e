import { rangeOf, subtractDims } from "../../graph/dims/dim.js";
import type { Dim, ValueType } from "../../graph/graph.js";
import { noMacs, type Op } from "../op.js";
import { broadcastRule } from "./broadcast.js";
import { foldElements } from "./fold.js";

const noAttributes = {};

/**
 * An operator that compares a with b element by element with broadcasting, bool.
 * @param holds what it says of two numbers.
 * @param decide what it says where only the range of a − b is known: 1, 0, or undefined for "it depends".
 */
export function comparison(
  holds: (a: number, b: number) => boolean,
  decide: (range: { low: number; high: number }) => Dim | undefined,
): Op<typeof noAttributes> {
  return {
    domain: "",
    kind: "logic",
    attributes: noAttributes,
    shape: (call) => broadcastRule(call).map(({ shape }): ValueType => ({ dtype: "bool", shape })),
    gradient: { none: "its result is a truth value" },
    macs: noMacs,
    known: (call) =>
      foldElements(
        call,
        ([a, b]) => {
          if (typeof a === "number" && typeof b === "number") return holds(a, b) ? 1 : 0;
          return decide(rangeOf(subtractDims(a!, b!)));
        },
        "bool",
      ),
  };
}
