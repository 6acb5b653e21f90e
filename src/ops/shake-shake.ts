import { formatShape, ShapeError, sameShape } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/**
 * y = α·a + (1 − α)·b, whose gradient takes β for α, as if other shares had been added: a and b [N, ..], α and β
 * [N, 1, ..]. It is what Shake-Shake trains with.
 * Source: Gastaldi 2017, arXiv:1705.07485, §2.
 */
export const ShakeShake: Op<typeof attributes> = {
  domain: "senet",
  kind: "join",
  scaling: "keeps",
  attributes,
  shape: ({ inputs }) => {
    const [a, b] = [required(inputs, 0, "a"), required(inputs, 1, "b")];
    if (!sameShape(a.shape, b.shape)) {
      throw new ShapeError({ given: `a ${formatShape(a.shape)}, b ${formatShape(b.shape)}`, expected: "one shape" });
    }
    return [{ dtype: a.dtype, shape: a.shape }];
  },
  gradient: (g, dy, { inputs }) => {
    const beta = required(inputs, 3, "beta");
    return [
      () => g.call("Mul", [dy, beta]),
      () => g.call("Mul", [dy, g.call("Sub", [g.scalar(1), beta])]),
      undefined,
      undefined,
    ];
  },
  macs: noMacs,
  lower: (g, { inputs }) => {
    const [a, b, alpha] = [required(inputs, 0, "a"), required(inputs, 1, "b"), required(inputs, 2, "alpha")];
    return [g.call("Add", [b, g.call("Mul", [alpha, g.call("Sub", [a, b])])])];
  },
};
