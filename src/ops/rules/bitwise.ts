import { noMacs, type Op } from "../op.js";
import { arithmetic, foldElements } from "./fold.js";
import { integerRule } from "./integers.js";

const noAttributes = {};

/** An operator on the bits of two whole numbers, element by element with broadcasting. */
export function bitwise(combine: (a: bigint, b: bigint) => bigint): Op<typeof noAttributes> {
  return {
    domain: "",
    kind: "logic",
    attributes: noAttributes,
    since: 18,
    shape: integerRule,
    gradient: { none: "its result is a pattern of bits" },
    macs: noMacs,
    known: (call) =>
      foldElements(
        call,
        arithmetic(
          (a, b) => Number(combine(BigInt(a), BigInt(b))),
          () => undefined,
        ),
      ),
  };
}
