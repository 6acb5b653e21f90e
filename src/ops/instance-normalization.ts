import { attribute } from "../graph/attributes.js";
import { extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { checkChannelVectors } from "./rules/channel-vectors.js";
import { channelSum, perChannel } from "./rules/channels.js";
import { standardize } from "./rules/standardize.js";

const attributes = { epsilon: attribute("float", 1e-5) };

/**
 * y = scale · (x − mean)/√(variance + ε) + B with mean and variance of every map: x [N, C, H, W], scale, B [C].
 * Source: Ulyanov et al. 2016, arXiv:1607.08022.
 */
export const InstanceNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  shape: ({ inputs }) => {
    const { dtype, shape } = checkChannelVectors(inputs, ["scale", "B"]);
    if (shape.length < 3) throw new ShapeError({ given: `x ${formatShape(shape)}`, expected: "x [N, C, H, W]" });
    return [{ dtype, shape }];
  },
  gradient: (g, dy, { inputs, attributes: { epsilon } }) => {
    const [x, scale] = [required(inputs, 0, "X"), required(inputs, 1, "scale")];
    const standard = () => standardize(g, x, extent(x, 0) * extent(x, 1), epsilon);
    return [
      () => standard().gradient(g.call("Mul", [dy, perChannel(g, scale, x)])),
      () => channelSum(g, g.call("Mul", [dy, standard().normal()])),
      () => channelSum(g, dy),
    ];
  },
  macs: noMacs,
};
