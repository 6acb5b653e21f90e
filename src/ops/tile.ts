import { multiplyDims } from "../graph/dims/dim.js";
import { concrete, formatShape, ShapeError } from "../graph/dims/shape.js";
import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { foldMove } from "./rules/fold.js";

const attributes = {};

/** Repeats x along every axis as often as `repeats` says. */
export const Tile: Op<typeof attributes> = {
  domain: "",
  kind: "move",
  scaling: "moves",
  attributes,
  shape: ({ inputs, known }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    required(inputs, 1, "repeats");
    const repeats = known(1)?.data;
    if (repeats === undefined) throw new TypeError("got repeats that are computed; expected a constant");
    if (repeats.length !== shape.length) {
      throw new ShapeError({
        given: `${repeats.length} repeats for ${formatShape(shape)}`,
        expected: `${shape.length}, one for each axis`,
      });
    }
    return [{ dtype, shape: shape.map((dim, i) => multiplyDims(dim, repeats[i]!)) }];
  },
  // [r·d, ..] -> [r, d, ..], summed over every r
  gradient: (g, dy, { inputs }) => [
    () => {
      const shape = concrete(required(inputs, 0, "input"));
      const repeats = toNumbers(g.constantOf(required(inputs, 1, "repeats"))!);
      const apart = g.call("Reshape", [dy, g.ints(shape.flatMap((dim, i) => [repeats[i]!, dim]))]);
      return shape.length === 0
        ? dy
        : g.call("ReduceSum", [apart, g.ints(shape.map((_, i) => 2 * i))], { keepdims: 0 });
    },
    undefined,
  ],
  macs: noMacs,
  known: (call) => {
    const x = call.known(0);
    return [foldMove(x, Tile.shape(call)[0]!.shape, (at) => at.map((place, i) => place % x!.shape[i]!))];
  },
};
