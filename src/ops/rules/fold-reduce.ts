import type { Known } from "../../graph/dims/known.js";
import { toNumbers } from "../../graph/tensor.js";
import type { OpCall } from "../op.js";
import { combined, elementAt, type Fold, foldEach } from "./fold.js";
import { axesOf, type reduceAttributes, reduceRule } from "./reduce.js";

/**
 * The `known` rule of a reduction, for whole numbers: how the engine adds up fractions is left to it.
 * @param start the result over no elements; undefined where there is none.
 */
export function foldReduce(
  call: OpCall<typeof reduceAttributes>,
  combine: Fold,
  start: number | undefined,
): [Known | undefined] {
  const x = call.known(0);
  if (x === undefined || x.dtype.startsWith("float")) return [undefined];
  const { shape } = reduceRule(call)[0]!;
  const axes = call.constant(1);
  const listed = axes && toNumbers(axes);
  const none = listed === undefined || listed.length === 0;
  if (none && call.attributes.noop_with_empty_axes) return [x];
  const reduced = axesOf(x.shape.length, listed);
  const element = (at: readonly number[]) => {
    const rest = [...at];
    const from = x.shape.map((size, axis) => {
      if (!reduced.includes(axis)) return [rest.splice(0, 1)[0]!];
      if (call.attributes.keepdims) rest.shift();
      return Array.from({ length: size }, (_, i) => i);
    });
    const parts = product(from).map((index) => elementAt(x, index));
    return parts.length === 0 ? start : combined(parts, (a, b) => combine([a, b], x.dtype));
  };
  return [foldEach(x.dtype, shape, element)];
}

function product(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((all, list) => all.flatMap((head) => list.map((tail) => [...head, tail])), [[]]);
}
