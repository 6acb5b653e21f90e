import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import { type Attention, attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { conv } from "../../layers/conv.js";
import { averagePool, maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";
import { branch, branchConv } from "../units/inception-branch.js";
import { inceptionStem } from "./inception-v3.js";

/**
 * Inception-ResNet-v2 as in TensorFlow's slim, whose weights are the published ones (the paper's figures show a smaller
 * trunk), and its twin with SE in each of the 40 residual blocks. Source: Szegedy et al. 2016, arXiv:1602.07261.
 */
export const inceptionResNetV2s: ModelFamily = twins("inception_resnet_v2", "se_inception_resnet_v2", {
  family: "inception",
  input: [3, 299, 299],
  classes: 1000,
  dropout: 0.2,
  stages: [5, 7],
  placements: ["standard", "pre", "post", "identity"],
  build: inceptionResNetV2,
});

interface Residual {
  readonly stage: number;
  /** By how much the branch is scaled down before it is added. */
  readonly scale: number;
  readonly branches: (p: Scope, x: Value) => readonly Value[];
  /** Whether the sum goes through a ReLU. */
  readonly relu?: boolean;
}

const block35: Residual = {
  stage: 5,
  scale: 0.17,
  branches: (p, x) => [
    branch(p, x, ["branch0", 32, 1]),
    branch(p.at("branch1"), x, [0, 32, 1], [1, 32, 3]),
    branch(p.at("branch2"), x, [0, 32, 1], [1, 48, 3], [2, 64, 3]),
  ],
};

const block17: Residual = {
  stage: 6,
  scale: 0.1,
  branches: (p, x) => [
    branch(p, x, ["branch0", 192, 1]),
    branch(p.at("branch1"), x, [0, 128, 1], [1, 160, [1, 7]], [2, 192, [7, 1]]),
  ],
};

const block8: Residual = {
  stage: 7,
  scale: 0.2,
  branches: (p, x) => [
    branch(p, x, ["branch0", 192, 1]),
    branch(p.at("branch1"), x, [0, 192, 1], [1, 224, [1, 3]], [2, 256, [3, 1]]),
  ],
};

function inceptionResNetV2(options: BuildOptions): Graph {
  const { attention } = options;
  return network(options, (p, x) => {
    const repeat = (at: Scope, from: Value, count: number, block: Residual) => {
      let y = from;
      for (let i = 0; i < count; i++) y = residual(at.at(i), y, block, attention);
      return y;
    };
    let y = inceptionStem(p, x, ["conv2d_1a", "conv2d_2a", "conv2d_2b", "conv2d_3b", "conv2d_4a"]);
    y = repeat(p.at("repeat"), mixed5b(p.at("mixed_5b"), y), 10, block35); // [N, 320, 35, 35]
    y = repeat(p.at("repeat_1"), mixed6a(p.at("mixed_6a"), y), 20, block17); // [N, 1088, 17, 17]
    y = repeat(p.at("repeat_2"), mixed7a(p.at("mixed_7a"), y), 9, block8); // [N, 2080, 8, 8]
    y = residual(p.at("block8"), y, { ...block8, scale: 1, relu: false }, attention);
    return classifier(p.at("classif"), branchConv(p.at("conv2d_7b"), y, [1536, 1]), options);
  });
}

/** ReLU(x + scale · up(branches)); SE sees the branch before it is scaled down. */
function residual(p: Scope, x: Value, { stage, scale, branches, relu = true }: Residual, attention: Attention): Value {
  const { g } = p;
  const at = (value: Value, placement: "standard" | "pre" | "post" | "identity") =>
    attend(p.at("se"), value, attention, { placement, stage });
  const joined = g.call("Concat", branches(p, at(x, "pre")), { axis: 1 });
  const up = at(conv(p.at("conv2d"), joined, { channels: extent(x, 1), kernel: 1, bias: true }), "standard");
  const scaled = scale === 1 ? up : g.call("Mul", [up, g.scalar(scale)]);
  const sum = g.call("Add", [at(x, "identity"), scaled]);
  return at(relu ? g.call("Relu", [sum]) : sum, "post");
}

function mixed5b(p: Scope, x: Value): Value {
  const pooled = averagePool(p.g, x, { kernel: 3, stride: 1, padding: 1, countPadding: false });
  return concat(p, [
    branch(p, x, ["branch0", 96, 1]),
    branch(p.at("branch1"), x, [0, 48, 1], [1, 64, 5]),
    branch(p.at("branch2"), x, [0, 64, 1], [1, 96, 3], [2, 96, 3]),
    branch(p.at("branch3"), pooled, [1, 64, 1]),
  ]);
}

function mixed6a(p: Scope, x: Value): Value {
  return concat(p, [
    branch(p, x, ["branch0", 384, 3, 2, 0]),
    branch(p.at("branch1"), x, [0, 256, 1], [1, 256, 3], [2, 384, 3, 2, 0]),
    maxPool(p.g, x, { kernel: 3, stride: 2 }),
  ]);
}

function mixed7a(p: Scope, x: Value): Value {
  return concat(p, [
    branch(p.at("branch0"), x, [0, 256, 1], [1, 384, 3, 2, 0]),
    branch(p.at("branch1"), x, [0, 256, 1], [1, 288, 3, 2, 0]),
    branch(p.at("branch2"), x, [0, 256, 1], [1, 288, 3], [2, 320, 3, 2, 0]),
    maxPool(p.g, x, { kernel: 3, stride: 2 }),
  ]);
}

function concat(p: Scope, branches: readonly Value[]): Value {
  return p.g.call("Concat", branches, { axis: 1 });
}
