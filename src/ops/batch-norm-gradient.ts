import { concrete, extent } from "../graph/shape.js";
import { elements } from "../graph/tensor.js";
import { channelSum, perChannel } from "./channels.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/**
 * The gradient of `BatchNormTraining` in closed form: dy, x [N, C, ..], scale, mean, rstd [C] -> dx [N, C, ..], dscale, dbias [C].
 * With x̂ = (x − mean)·rstd and M values per channel: dbias = Σ dy, dscale = Σ dy·x̂ and
 * dx = scale·rstd·(dy − dbias/M − x̂·dscale/M). Source: Ioffe & Szegedy 2015, arXiv:1502.03167, §3.
 */
export const BatchNormGradient: Op<typeof attributes> = {
  domain: "senet",
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

    const dbias = channelSum(g, dy);
    const dot = channelSum(g, g.call("Mul", [dy, x]));
    const dscale = g.call("Mul", [rstd, g.call("Sub", [dot, g.call("Mul", [mean, dbias])])]);

    // dx = a·dy + b·x + c, with one number each per channel
    const a = g.call("Mul", [scale, rstd]);
    const b = g.call("Mul", [g.call("Mul", [a, rstd]), g.call("Mul", [dscale, perValue])]);
    const c = g.call("Sub", [g.call("Mul", [a, g.call("Mul", [dbias, perValue])]), g.call("Mul", [b, mean])]);
    const linear = g.call("Add", [g.call("Mul", [dy, perChannel(g, a, x)]), g.call("Mul", [x, perChannel(g, b, x)])]);
    return [g.call("Add", [linear, perChannel(g, c, x)]), dscale, dbias];
  },
};
