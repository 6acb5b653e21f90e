import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import { type Attention, attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import { averagePool, maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";

/** Channels that come out of a unit, and units, in the three stages of the network with three groups. */
const stages = [
  [240, 4],
  [480, 8],
  [960, 4],
] as const;

const groups = 3;

/**
 * ShuffleNet 1× with three groups and its twin with SE at the end of every branch, before sum and concatenation.
 * Source: Zhang et al. 2017, arXiv:1707.01083, Table 1; names as in pytorchcv.
 */
export const shuffleNetV1s: ModelFamily = twins("shufflenet_v1_g3", "se_shufflenet_v1_g3", {
  family: "shufflenet_v1",
  input: [3, 224, 224],
  classes: 1000,
  stages: [2, 4],
  placements: ["standard"],
  build: shuffleNetV1,
});

function shuffleNetV1(options: BuildOptions): Graph {
  return network(options, (p, x) => {
    const features = p.at("features");
    const stem = features.at("init_block");
    let y = convNorm([stem.at("conv"), stem.at("bn")], x, { channels: 24, kernel: 3, stride: 2, act: "relu" });
    y = maxPool(p.g, y, { kernel: 3, stride: 2, padding: 1 });
    for (const [i, [channels, units]] of stages.entries()) {
      for (let j = 0; j < units; j++) {
        // Of the 24 channels after the stem there are too few to divide among groups.
        const place = { channels, halves: j === 0, first: i === 0 && j === 0 ? 1 : groups, stage: i + 2 };
        y = unit(features.at(`stage${i + 1}`).at(`unit${j + 1}`), y, place, options.attention);
      }
    }
    return classifier(p.at("output"), y, options);
  });
}

interface Unit {
  readonly channels: number;
  /** Whether the unit has stride 2; its branch then makes the channels that its input does not have yet. */
  readonly halves: boolean;
  /** Groups of the first convolution. */
  readonly first: number;
  readonly stage: number;
}

function unit(p: Scope, x: Value, { channels, halves, first, stage }: Unit, attention: Attention): Value {
  const { g } = p;
  const middle = channels / 4;
  const at = (conv: string, norm: string) => [p.at(conv), p.at(norm)] as const;
  const compress = { channels: middle, kernel: 1, group: first, act: "relu" } as const;
  let y = shuffle(p, convNorm(at("compress_conv1", "compress_bn1"), x, compress));
  y = convNorm(at("dw_conv2", "dw_bn2"), y, { channels: middle, group: middle, kernel: 3, stride: halves ? 2 : 1 });
  const outputs = halves ? channels - extent(x, 1) : channels;
  y = convNorm(at("expand_conv3", "expand_bn3"), y, { channels: outputs, kernel: 1, group: groups });
  y = attend(p.at("se"), y, attention, { placement: "standard", stage });
  if (!halves) return g.call("Relu", [g.call("Add", [y, x])]);
  const smaller = averagePool(g, x, { kernel: 3, stride: 2, padding: 1 });
  return g.call("Relu", [g.call("Concat", [y, smaller], { axis: 1 })]);
}

/** Deals the channels out, so that the next groups hold some of every group before. */
function shuffle(p: Scope, x: Value): Value {
  const { g } = p;
  const [channels, height, width] = [extent(x, 1), extent(x, 2), extent(x, 3)];
  const dealt = g.call("Reshape", [x, g.ints([0, groups, channels / groups, height, width])]);
  const turned = g.call("Transpose", [dealt], { perm: [0, 2, 1, 3, 4] });
  return g.call("Reshape", [turned, g.ints([0, channels, height, width])]);
}
