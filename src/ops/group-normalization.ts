import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import { noMacs, type Op, required } from "./op.js";
import { checkChannelVectors } from "./rules/channel-vectors.js";
import { channelSum, perChannel } from "./rules/channels.js";
import { standardize } from "./rules/standardize.js";

const attributes = {
  epsilon: attribute("float", 1e-5),
  num_groups: attribute("int", undefined),
  stash_type: attribute("int", 1),
};

/**
 * y = scale · (x − mean)/√(variance + ε) + bias with mean and variance over the maps of a group of neighbouring
 * channels: x [N, C, H, W], scale, bias [C].
 * Source: Wu & He 2018, arXiv:1803.08494.
 */
export const GroupNormalization: Op<typeof attributes> = {
  domain: "",
  kind: "norm",
  attributes,
  since: 21,
  shape: ({ inputs, attributes: { num_groups: groups } }) => {
    const { dtype, shape } = checkChannelVectors(inputs, ["scale", "bias"]);
    const channels = extent({ dtype, shape }, 1);
    if (shape.length < 3 || groups === undefined || groups < 1 || channels % groups !== 0) {
      throw new ShapeError({
        given: `x ${formatShape(shape)}, num_groups ${groups}`,
        expected: "x [N, C, H, W] with a number of groups that divides C",
      });
    }
    return [{ dtype, shape }];
  },
  gradient: (g, dy, { inputs, attributes: { epsilon, num_groups: groups } }) => {
    const [x, scale] = [required(inputs, 0, "X"), required(inputs, 1, "scale")];
    const standard = () => standardize(g, x, extent(x, 0) * groups!, epsilon);
    return [
      () => standard().gradient(g.call("Mul", [dy, perChannel(g, scale, x)])),
      () => channelSum(g, g.call("Mul", [dy, standard().normal()])),
      () => channelSum(g, dy),
    ];
  },
  macs: noMacs,
  // Before opset 21 scale and bias had one entry per group.
  upgrade: (g, node, opset) => {
    if (opset >= 21) return node;
    const [x = "", ...vectors] = node.inputs;
    const channels = extent(g.value(x), 1);
    return { ...node, inputs: [x, ...vectors.map((vector) => perGroupToChannel(g, vector, channels))] };
  },
};

/** A vector of one entry per group with every entry repeated for all channels of the group. */
function perGroupToChannel(g: GraphBuilder, vector: string, channels: number): string {
  const groups = extent(g.value(vector), 0);
  const column = g.call("Reshape", [g.value(vector), g.ints([groups, 1])]);
  const repeated = g.call("Expand", [column, g.ints([groups, channels / groups])]);
  return g.call("Reshape", [repeated, g.ints([channels])]).name;
}
