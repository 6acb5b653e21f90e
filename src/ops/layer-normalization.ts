import { attribute } from "../graph/attributes.js";
import { broadcastShapes, concrete, formatShape, normalizeAxis, ShapeError, sameShape } from "../graph/dims/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";
import { standardize } from "./rules/standardize.js";

const attributes = {
  axis: attribute("int", -1),
  epsilon: attribute("float", 1e-5),
  stash_type: attribute("int", 1),
};

/**
 * y = Scale · (x − mean)/√(variance + ε) + B with mean and variance over `axis` and all axes after it; Scale and the
 * optional B broadcast over x. Two more outputs are the mean and 1/√(variance + ε).
 * Source: Ba et al. 2016, arXiv:1607.06450.
 */
export const LayerNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  since: 17,
  shape: ({ inputs, attributes: { axis } }) => {
    const x = required(inputs, 0, "X");
    const at = normalizeAxis(axis, x.shape.length);
    for (const [name, vector] of [
      ["Scale", required(inputs, 1, "Scale")],
      ["B", inputs[2]],
    ] as const) {
      if (vector === undefined || sameShape(broadcastShapes(x.shape, vector.shape), x.shape)) continue;
      throw new ShapeError({
        given: `x ${formatShape(x.shape)}, ${name} ${formatShape(vector.shape)}`,
        expected: `${name} to broadcast to the shape of x`,
      });
    }
    const statistics = { dtype: x.dtype, shape: x.shape.map((dim, i) => (i < at ? dim : 1)) };
    return [{ dtype: x.dtype, shape: x.shape }, statistics, statistics];
  },
  gradient: (g, dy, { inputs, outputs, gradients, attributes: { axis, epsilon } }) => {
    const [x, scale] = [required(inputs, 0, "X"), required(inputs, 1, "Scale")];
    const at = normalizeAxis(axis, x.shape.length);
    const [rows, size] = [elements(concrete(x).slice(0, at)), elements(concrete(x).slice(at))];
    const standard = () => standardize(g, x, rows, epsilon);
    const [, dMean, dRstd] = gradients;
    return [
      () => {
        let dx = standard().gradient(g.call("Mul", [dy, scale]));
        // ∂mean/∂xᵢ = 1/n and ∂rstd/∂xᵢ = −rstd²·x̂ᵢ/n, of n elements
        if (dMean) dx = g.call("Add", [dx, g.call("Mul", [dMean, g.scalar(1 / size)])]);
        if (dRstd) {
          const rstd = outputs[2]!;
          const slope = g.call("Mul", [g.call("Mul", [rstd, rstd]), g.call("Mul", [dRstd, g.scalar(-1 / size)])]);
          dx = g.call("Add", [dx, g.call("Mul", [standard().normal(), slope])]);
        }
        return dx;
      },
      () => unbroadcast(g, g.call("Mul", [dy, standard().normal()]), scale),
      () => unbroadcast(g, dy, required(inputs, 2, "B")),
    ];
  },
  manyGradients: true,
  macs: noMacs,
};
