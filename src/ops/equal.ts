import { rangeOf, subtractDims } from "../graph/dim.js";
import type { Dim } from "../graph/graph.js";
import { broadcastRule } from "./broadcast.js";
import { foldElements } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const attributes = {};

/** y = (a == b) element by element with broadcasting, bool. */
export const Equal: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: (call) => broadcastRule(call).map(({ shape }) => ({ dtype: "bool", shape })),
  gradient: { none: "its result is a truth value" },
  macs: noMacs,
  known: (call) => foldElements(call, equalElements, "bool"),
};

function equalElements([a, b]: readonly Dim[]): Dim | undefined {
  if (typeof a === "number" && typeof b === "number") return a === b ? 1 : 0;
  const { low, high } = rangeOf(subtractDims(a!, b!));
  return low > 0 || high < 0 ? 0 : a === b ? 1 : undefined;
}
