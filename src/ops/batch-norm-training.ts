import { attribute } from "../graph/attributes.js";
import { concrete, extent, ShapeError } from "../graph/dims/shape.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { channelMean, perChannel } from "./rules/channels.js";

const attributes = { epsilon: attribute("float", 1e-5), momentum: attribute("float", 0.1) };

/**
 * Batch normalisation with the statistics of the batch: x [N, C, ..], scale, bias, runningMean, runningVar [C]
 * -> y [N, C, ..], the next runningMean and runningVar, and the batch's mean and 1/√(var + ε), all [C].
 * The running variance takes the unbiased estimate, as PyTorch does; `momentum` is the weight of the new value.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, algorithm 1.
 */
export const BatchNormTraining: Op<typeof attributes> = {
  domain: "senet",
  kind: "norm",
  attributes,
  shape: ({ inputs }) => {
    const [x, scale] = [required(inputs, 0, "x"), required(inputs, 1, "scale")];
    const count = x.shape.reduce<number>((n, dim, axis) => (axis === 1 || typeof dim === "string" ? n : n * dim), 1);
    if (count < 2 && x.shape.every((dim) => typeof dim === "number")) {
      throw new ShapeError({
        given: "one value per channel",
        expected: "at least two to take a variance of",
        fix: "train with a larger batch or input",
      });
    }
    return [{ dtype: x.dtype, shape: x.shape }, ...Array.from({ length: 4 }, () => scale)];
  },
  gradient: (g, dy, { inputs, outputs }) => {
    const [x, scale] = [required(inputs, 0, "x"), required(inputs, 1, "scale")];
    const gradients = () => g.callMany("BatchNormGradient", [dy, x, scale, outputs[3], outputs[4]], {}, 3);
    return [() => gradients()[0]!, () => gradients()[1]!, () => gradients()[2]!, undefined, undefined];
  },
  macs: noMacs,
  lower: (g, { inputs, attributes: { epsilon, momentum } }) => {
    const [x, scale, bias] = [required(inputs, 0, "x"), required(inputs, 1, "scale"), required(inputs, 2, "bias")];
    const [runningMean, runningVariance] = [required(inputs, 3, "runningMean"), required(inputs, 4, "runningVar")];
    const count = elements(concrete(x)) / extent(x, 1);

    // Centred before squaring: the mean of squares minus the squared mean loses everything when the mean is large.
    const mean = channelMean(g, x);
    const centred = g.call("Sub", [x, perChannel(g, mean, x)]);
    const variance = channelMean(g, g.call("Mul", [centred, centred]));
    const rstd = g.call("Reciprocal", [g.call("Sqrt", [g.call("Add", [variance, g.scalar(epsilon)])])]);
    const y = g.call("BatchNormalization", [x, scale, bias, mean, variance], { epsilon });

    const blend = (old: typeof mean, fresh: typeof mean, weight: number) =>
      g.call("Add", [g.call("Mul", [old, g.scalar(1 - momentum)]), g.call("Mul", [fresh, g.scalar(weight)])]);
    const unbiased = (momentum * count) / (count - 1);
    return [y, blend(runningMean, mean, momentum), blend(runningVariance, variance, unbiased), mean, rstd];
  },
};
