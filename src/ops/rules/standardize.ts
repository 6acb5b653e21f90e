import type { GraphBuilder } from "../../graph/builder.js";
import { concrete } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";

/** x̂ = (x − mean)/√(variance + ε) over the elements of each row: what the normalisations of single images share. */
export interface Standardized {
  /** x̂ in the shape of x. */
  readonly normal: () => Value;
  /** Given ∂loss/∂x̂ in the shape of x, ∂loss/∂x. */
  readonly gradient: (dNormal: Value) => Value;
}

/** Standardises x, its elements in their order cut into `rows` rows. */
export function standardize(g: GraphBuilder, x: Value, rows: number, epsilon: number): Standardized {
  const flat = (value: Value) => g.call("Reshape", [value, g.ints([rows, -1])]);
  const unflat = (value: Value) => g.call("Reshape", [value, g.ints(concrete(x))]);
  const mean = (value: Value) => g.call("ReduceMean", [value, g.ints([1])], { keepdims: 1 });

  // Centred before squaring: the mean of squares minus the squared mean loses everything when the mean is large.
  const centred = g.call("Sub", [flat(x), mean(flat(x))]);
  const variance = mean(g.call("Mul", [centred, centred]));
  const rstd = g.call("Reciprocal", [g.call("Sqrt", [g.call("Add", [variance, g.scalar(epsilon)])])]);
  return {
    normal: () => unflat(g.call("Mul", [centred, rstd])),
    // dx = rstd·(d − mean(d) − x̂·mean(d·x̂)).
    gradient: (dNormal) => {
      const d = flat(dNormal);
      const slope = g.call("Mul", [g.call("Mul", [rstd, rstd]), mean(g.call("Mul", [d, centred]))]);
      const straight = g.call("Sub", [g.call("Sub", [d, mean(d)]), g.call("Mul", [centred, slope])]);
      return unflat(g.call("Mul", [straight, rstd]));
    },
  };
}
