import { concrete, extent } from "../graph/dims/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { channelSum, perChannel } from "./rules/channels.js";

const attributes = {};

/**
 * The gradient of `BatchNormTraining` in closed form: dy, x [N, C, ..], scale, mean, rstd [C] -> dx [N, C, ..], dscale,
 * dbias [C]. With x̂ = (x − mean)·rstd and M values per channel: dbias = Σ dy, dscale = Σ dy·x̂ and dx = scale·rstd·(dy
 * − dbias/M − x̂·dscale/M).
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, §3.
 */
export const BatchNormGradient: Op<typeof attributes> = {
  domain: "senet",
  kind: "gradient",
  attributes,
  shape: ({ inputs }) => {
    const [x, scale] = [required(inputs, 1, "x"), required(inputs, 2, "scale")];
    return [x, scale, scale];
  },
  gradient: { none: "second derivatives are not built" },
  macs: noMacs,
  lower: (g, { inputs }) => {
    const [dy, x, scale] = [required(inputs, 0, "dy"), required(inputs, 1, "x"), required(inputs, 2, "scale")];
    const [mean, rstd] = [required(inputs, 3, "mean"), required(inputs, 4, "rstd")];
    const perValue = g.scalar(-extent(x, 1) / elements(concrete(x))); // −1/M

    // The forward pass has centred x already: this is the same node, and it keeps the digits that Σ dy·x would lose.
    const centred = g.call("Sub", [x, perChannel(g, mean, x)]);
    const dbias = channelSum(g, dy);
    const dscale = g.call("Mul", [rstd, channelSum(g, g.call("Mul", [dy, centred]))]);

    // dx = scale·rstd·(dy + b·(x − mean) + c), with one number each per channel
    const b = g.call("Mul", [g.call("Mul", [dscale, rstd]), perValue]);
    const c = g.call("Mul", [dbias, perValue]);
    const each = (vector: typeof x) => perChannel(g, vector, x);
    const slope = g.call("Add", [g.call("Mul", [centred, each(b)]), each(c)]);
    const dx = g.call("Mul", [g.call("Add", [dy, slope]), each(g.call("Mul", [scale, rstd]))]);
    return [dx, dscale, dbias];
  },
};
