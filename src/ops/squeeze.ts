import { concrete, formatShape, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, ValueType } from "../graph/graph.js";
import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, type OpCall, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";
import { foldReshape } from "./rules/fold.js";

const attributes = {};

/** Drops axes of extent 1: those that are listed, or all. An extent with a name counts as larger than 1. */
export const Squeeze: Op<typeof attributes> = {
  domain: "",
  kind: "view",
  attributes,
  shape: (call) => {
    const { dtype, shape } = required(call.inputs, 0, "data");
    const axes = axesOf(call, shape);
    return [{ dtype, shape: shape.filter((_, i) => !axes.includes(i)) }];
  },
  gradient: (g, dy, { inputs }) => [
    () => g.call("Reshape", [dy, g.ints(concrete(required(inputs, 0, "data")))]),
    undefined,
  ],
  macs: noMacs,
  known: (call) => [foldReshape(call.known(0), (Squeeze.shape(call) as [ValueType])[0].shape)],
  upgrade: attributesToInputs(13, { axes: "ints" }),
};

function axesOf({ inputs, constant }: OpCall<typeof attributes>, shape: readonly Dim[]): number[] {
  if (inputs[1] === undefined) return shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
  const given = constant(1);
  if (given === undefined) throw new TypeError("got axes that are computed; expected a constant");
  return toNumbers(given).map((axis) => {
    const at = normalizeAxis(axis, shape.length);
    if (shape[at] === 1) return at;
    throw new ShapeError({ given: `axis ${axis} of ${formatShape(shape)}`, expected: "axes of extent 1" });
  });
}
