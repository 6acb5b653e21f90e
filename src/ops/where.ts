import { broadcastShapes, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";
import { foldElements } from "./rules/fold.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = {};

/** a where the condition holds, b elsewhere, with broadcasting. */
export const Where: Op<typeof attributes> = {
  domain: "",
  kind: "logic",
  attributes,
  shape: ({ inputs }) => {
    const [condition, a, b] = [required(inputs, 0, "condition"), required(inputs, 1, "X"), required(inputs, 2, "Y")];
    if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
      throw new ShapeError({
        given: `${condition.dtype}, ${a.dtype} and ${b.dtype}`,
        expected: "bool and twice one element type",
        fix: "Cast one of them",
      });
    }
    return [{ dtype: a.dtype, shape: [condition.shape, a.shape, b.shape].reduce(broadcastShapes) }];
  },
  gradient: (g, dy, { inputs }) => {
    const [condition, a, b] = [required(inputs, 0, "condition"), required(inputs, 1, "X"), required(inputs, 2, "Y")];
    const zero = () => zerosOf(g, dy.dtype, []);
    return [
      undefined,
      () => unbroadcast(g, g.call("Where", [condition, dy, zero()]), a),
      () => unbroadcast(g, g.call("Where", [condition, zero(), dy]), b),
    ];
  },
  macs: noMacs,
  known: (call) => foldElements(call, ([condition, a, b]) => (condition === 0 ? b : a)),
};
