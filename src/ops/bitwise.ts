import { ShapeError } from "../graph/shape.js";
import { broadcastRule } from "./broadcast.js";
import { arithmetic, foldElements } from "./fold.js";
import { noMacs, type Op } from "./op.js";

const noAttributes = {};

/** An operator on the bits of two whole numbers, element by element with broadcasting. */
export function bitwise(combine: (a: bigint, b: bigint) => bigint): Op<typeof noAttributes> {
  return {
    domain: "",
    attributes: noAttributes,
    shape: (call) => {
      const [type] = broadcastRule(call);
      if (/^(float|bool)/.test(type!.dtype)) throw new ShapeError({ given: type!.dtype, expected: "whole numbers" });
      return [type!];
    },
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
