import type { GraphBuilder } from "../graph/builder.js";
import { broadcastShapes, formatShape, ShapeError, sameShape } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";
import { positive } from "./rules/steps.js";

const attributes = {};

/**
 * y = x where x > 0, else slope·x, with a slope that broadcasts over x, such as [C, 1, 1].
 * Source: arXiv:1502.01852.
 */
export const PRelu: Op<typeof attributes> = {
  domain: "",
  kind: "activation",
  scaling: "moves",
  gate: "never",
  positive: false,
  attributes,
  shape: ({ inputs }) => {
    const [x, slope] = [required(inputs, 0, "X"), required(inputs, 1, "slope")];
    if (x.dtype === slope.dtype && sameShape(broadcastShapes(x.shape, slope.shape), x.shape)) {
      return [{ dtype: x.dtype, shape: x.shape }];
    }
    throw new ShapeError({
      given: `x ${x.dtype} ${formatShape(x.shape)}, slope ${slope.dtype} ${formatShape(slope.shape)}`,
      expected: "a slope of the same type that broadcasts to the shape of x",
    });
  },
  gradient: (g, dy, { inputs }) => {
    const [x, slope] = [required(inputs, 0, "X"), required(inputs, 1, "slope")];
    return [
      () => {
        const { above, below } = split(g, dy, x);
        return g.call("Add", [above, g.call("Mul", [below, slope])]);
      },
      () => unbroadcast(g, g.call("Mul", [split(g, dy, x).below, x]), slope),
    ];
  },
  macs: noMacs,
};

/** dy where x > 0 and dy elsewhere, each 0 where the other one is not. */
function split(g: GraphBuilder, dy: Value, x: Value) {
  const above = g.call("Mul", [dy, positive(g, x)]);
  return { above, below: g.call("Sub", [dy, above]) };
}
