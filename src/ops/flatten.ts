import { attribute } from "../graph/attributes.js";
import { concrete, normalizeAxis, productOfDims } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { foldReshape } from "./rules/fold.js";

const attributes = { axis: attribute("int", 1) };

/** Makes a matrix: the extents before `axis` become rows, the others columns. */
export const Flatten: Op<typeof attributes> = {
  domain: "",
  kind: "view",
  attributes,
  shape: ({ inputs, attributes: { axis } }) => {
    const { dtype, shape } = required(inputs, 0, "input");
    const at = axis === shape.length ? axis : normalizeAxis(axis, shape.length);
    return [{ dtype, shape: [productOfDims(shape.slice(0, at)), productOfDims(shape.slice(at))] }];
  },
  gradient: (g, dy, { inputs }) => [() => g.call("Reshape", [dy, g.ints(concrete(required(inputs, 0, "input")))])],
  macs: noMacs,
  known: (call) => [foldReshape(call.known(0), Flatten.shape(call)[0]!.shape)],
};
