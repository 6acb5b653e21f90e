import { noMacs, type Op } from "../op.js";
import { broadcastRule } from "./broadcast.js";
import { foldElements } from "./fold.js";

const noAttributes = {};

/** An operator on two truth values, element by element with broadcasting. */
export function connective(holds: (a: boolean, b: boolean) => boolean): Op<typeof noAttributes> {
  return {
    domain: "",
    kind: "logic",
    attributes: noAttributes,
    shape: broadcastRule,
    gradient: { none: "its result is a truth value" },
    macs: noMacs,
    known: (call) => foldElements(call, ([a, b]) => (holds(a !== 0, b !== 0) ? 1 : 0)),
  };
}
