import type { Known } from "../graph/dims/known.js";
import { noMacs, type Op, type OpCall, required } from "./op.js";
import { indicesOf } from "./rules/indices-of.js";

const attributes = {};

/**
 * Where the elements of x are that are not 0, int64 [axes of x, how many]. It must be known while the graph is built.
 */
export const NonZero: Op<typeof attributes> = {
  domain: "",
  kind: "index",
  attributes,
  shape: (call) => [{ dtype: "int64", shape: placesIn(call).shape }],
  gradient: () => [undefined], // places do not change with elements
  macs: noMacs,
  known: (call) => [placesIn(call)],
};

function placesIn({ inputs, known }: OpCall<typeof attributes>): Known {
  required(inputs, 0, "X");
  const x = known(0);
  const named = x?.data.find((element) => typeof element === "string");
  if (x === undefined || named !== undefined) {
    throw new TypeError(
      `got ${named ?? "elements that are computed"}; expected constants: how many are not 0 sets a shape`,
    );
  }
  const places = indicesOf(x.shape).filter((_, flat) => x.data[flat] !== 0);
  return {
    dtype: "int64",
    shape: [x.shape.length, places.length],
    data: x.shape.flatMap((_, axis) => places.map((at) => at[axis]!)),
  };
}
