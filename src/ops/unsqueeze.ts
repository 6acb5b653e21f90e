import { concrete, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim } from "../graph/graph.js";
import { toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";
import { foldReshape } from "./rules/fold.js";

const attributes = {};

/** Puts axes of extent 1 in: `axes` are their places in the result. */
export const Unsqueeze: Op<typeof attributes> = {
  domain: "",
  kind: "view",
  attributes,
  shape: ({ inputs, constant }) => {
    const { dtype, shape } = required(inputs, 0, "data");
    required(inputs, 1, "axes");
    const given = constant(1);
    if (given === undefined) throw new TypeError("got axes that are computed; expected a constant");
    const rank = shape.length + given.data.length;
    const axes = toNumbers(given).map((axis) => normalizeAxis(axis, rank));
    if (new Set(axes).size !== axes.length) {
      throw new ShapeError({ given: `axes [${axes.join(", ")}]`, expected: "each axis at most once" });
    }
    const rest = [...shape];
    return [{ dtype, shape: Array.from({ length: rank }, (_, i): Dim => (axes.includes(i) ? 1 : rest.shift()!)) }];
  },
  gradient: (g, dy, { inputs }) => [
    () => g.call("Reshape", [dy, g.ints(concrete(required(inputs, 0, "data")))]),
    undefined,
  ],
  macs: noMacs,
  known: (call) => [foldReshape(call.known(0), Unsqueeze.shape(call)[0]!.shape)],
  upgrade: attributesToInputs(13, { axes: "ints" }),
};
