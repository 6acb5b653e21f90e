import { attribute } from "../graph/attributes.js";
import { formatShape, ShapeError } from "../graph/dims/shape.js";
import { spreadWindows } from "./average-pool.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { poolAttributes, pooledSizes, poolWindow, upgradePool } from "./rules/pool.js";
import { slack } from "./rules/window.js";

const attributes = { ...poolAttributes, p: attribute("int", 2) };

/** The p-norm (Σ |x|^p)^(1/p) of x [N, C, H, W] under a window. */
export const LpPool: Op<typeof attributes> = {
  domain: "",
  kind: "pool",
  scaling: "moves",
  attributes,
  shape: ({ inputs, attributes: { p: _, ...pool } }) => {
    const x = required(inputs, 0, "X");
    const window = poolWindow(pool, x);
    const sizes = pooledSizes(window, pool.ceil_mode, x);
    if (pool.ceil_mode && sizes.some((size, i) => size <= Math.ceil(slack(x, window, i) / window.strides[i]!))) {
      throw new ShapeError({
        given: `ceil_mode for x ${formatShape(x.shape)}, where a last window would begin in the padding`,
        expected: "none, as ONNX Runtime counts it in the shape of LpPool but does not compute it",
        fix: "pad less",
      });
    }
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...sizes] }];
  },
  // ∂y/∂x = sign(x)·|x|^(p−1) · y^(1−p); undefined, as in PyTorch, where all pixels of a window are 0.
  gradient: (g, dy, { inputs, outputs, attributes: { p, ...pool } }) => {
    const x = required(inputs, 0, "X");
    const sign = () => g.call("Sign", [x]);
    const power = (base: typeof x, exponent: number) => g.call("Pow", [base, g.scalar(exponent)]);
    return [
      () => {
        const each = p === 1 ? dy : g.call("Mul", [dy, power(outputs[0]!, 1 - p)]);
        const spread = spreadWindows(g, each, x, poolWindow(pool, x));
        const factor = p === 1 ? sign() : p === 2 ? x : g.call("Mul", [sign(), power(g.call("Abs", [x]), p - 1)]);
        return g.call("Mul", [factor, spread]);
      },
    ];
  },
  macs: noMacs,
  upgrade: upgradePool,
  downgrade: attributesSince({ dilations: { since: 18, implied: 1 }, ceil_mode: { since: 18, implied: 0 } }),
};
