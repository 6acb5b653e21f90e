import type { Graph, Value } from "../../graph/graph.js";
import { attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { averagePool, maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";
import { branch, branchConv } from "../units/inception-branch.js";

/** Inception-v3 and its twin with SE after each of the 11 modules; the names are torchvision's and timm's. */
export const inceptionV3s: ModelFamily = twins("inception_v3", "se_inception_v3", {
  family: "inception",
  input: [3, 299, 299],
  classes: 1000,
  dropout: 0.5,
  stages: [5, 7],
  placements: ["standard"],
  switches: { aux: false },
  build: inceptionV3,
});

/** The modules in their order. Source: Szegedy et al. 2015, arXiv:1512.00567, Table 1; widths as in torchvision. */
const modules: readonly (readonly [name: string, build: (p: Scope, x: Value) => Value])[] = [
  ["Mixed_5b", (p, x) => moduleA(p, x, 32)],
  ["Mixed_5c", (p, x) => moduleA(p, x, 64)],
  ["Mixed_5d", (p, x) => moduleA(p, x, 64)],
  ["Mixed_6a", moduleB],
  ["Mixed_6b", (p, x) => moduleC(p, x, 128)],
  ["Mixed_6c", (p, x) => moduleC(p, x, 160)],
  ["Mixed_6d", (p, x) => moduleC(p, x, 160)],
  ["Mixed_6e", (p, x) => moduleC(p, x, 192)],
  ["Mixed_7a", moduleD],
  ["Mixed_7b", moduleE],
  ["Mixed_7c", moduleE],
];

function inceptionV3(options: BuildOptions): Graph {
  return network(options, (p, x) => {
    let y = inceptionStem(p, x, ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"]);
    let aux: Value | undefined;
    for (const [name, build] of modules) {
      y = build(p.at(name), y);
      const stage = Number(name["Mixed_".length]);
      y = attend(p.at(name).at("se"), y, options.attention, { placement: "standard", stage });
      if (options.aux && name === "Mixed_6e") aux = auxiliary(p.at("AuxLogits"), y, options.classes);
    }
    return { logits: classifier(p.at("fc"), y, options), aux };
  });
}

/** [N, 3, 299, 299] -> [N, 192, 35, 35], without padding but in one place. */
export function inceptionStem(
  p: Scope,
  x: Value,
  [a, b, c, d, e]: readonly [string, string, string, string, string],
): Value {
  const halve = { kernel: 3, stride: 2 };
  const y = maxPool(p.g, branch(p, x, [a, 32, 3, 2, 0], [b, 32, 3, 1, 0], [c, 64, 3]), halve);
  return maxPool(p.g, branch(p, y, [d, 80, 1], [e, 192, 3, 1, 0]), halve);
}

function concat(p: Scope, ...branches: readonly Value[]): Value {
  return p.g.call("Concat", branches, { axis: 1 });
}

/** The mean of 3 × 3 pixels, zeros beyond the edge counted, and a 1×1 convolution. */
function pooled(p: Scope, x: Value, channels: number): Value {
  return branch(p, averagePool(p.g, x, { kernel: 3, stride: 1, padding: 1 }), ["branch_pool", channels, 1]);
}

function moduleA(p: Scope, x: Value, poolChannels: number): Value {
  return concat(
    p,
    branch(p, x, ["branch1x1", 64, 1]),
    branch(p, x, ["branch5x5_1", 48, 1], ["branch5x5_2", 64, 5]),
    branch(p, x, ["branch3x3dbl_1", 64, 1], ["branch3x3dbl_2", 96, 3], ["branch3x3dbl_3", 96, 3]),
    pooled(p, x, poolChannels),
  );
}

function moduleB(p: Scope, x: Value): Value {
  return concat(
    p,
    branch(p, x, ["branch3x3", 384, 3, 2, 0]),
    branch(p, x, ["branch3x3dbl_1", 64, 1], ["branch3x3dbl_2", 96, 3], ["branch3x3dbl_3", 96, 3, 2, 0]),
    maxPool(p.g, x, { kernel: 3, stride: 2 }),
  );
}

function moduleC(p: Scope, x: Value, c: number): Value {
  return concat(
    p,
    branch(p, x, ["branch1x1", 192, 1]),
    branch(p, x, ["branch7x7_1", c, 1], ["branch7x7_2", c, [1, 7]], ["branch7x7_3", 192, [7, 1]]),
    branch(
      p,
      x,
      ["branch7x7dbl_1", c, 1],
      ["branch7x7dbl_2", c, [7, 1]],
      ["branch7x7dbl_3", c, [1, 7]],
      ["branch7x7dbl_4", c, [7, 1]],
      ["branch7x7dbl_5", 192, [1, 7]],
    ),
    pooled(p, x, 192),
  );
}

function moduleD(p: Scope, x: Value): Value {
  return concat(
    p,
    branch(p, x, ["branch3x3_1", 192, 1], ["branch3x3_2", 320, 3, 2, 0]),
    branch(
      p,
      x,
      ["branch7x7x3_1", 192, 1],
      ["branch7x7x3_2", 192, [1, 7]],
      ["branch7x7x3_3", 192, [7, 1]],
      ["branch7x7x3_4", 192, 3, 2, 0],
    ),
    maxPool(p.g, x, { kernel: 3, stride: 2 }),
  );
}

function moduleE(p: Scope, x: Value): Value {
  const three = branch(p, x, ["branch3x3_1", 384, 1]);
  const double = branch(p, x, ["branch3x3dbl_1", 448, 1], ["branch3x3dbl_2", 384, 3]);
  return concat(
    p,
    branch(p, x, ["branch1x1", 320, 1]),
    branch(p, three, ["branch3x3_2a", 384, [1, 3]]),
    branch(p, three, ["branch3x3_2b", 384, [3, 1]]),
    branch(p, double, ["branch3x3dbl_3a", 384, [1, 3]]),
    branch(p, double, ["branch3x3dbl_3b", 384, [3, 1]]),
    pooled(p, x, 192),
  );
}

/**
 * A classifier half-way up, whose loss helps the lower layers to learn.
 * @param x [N, 768, 17, 17].
 * @returns [N, classes].
 */
function auxiliary(p: Scope, x: Value, classes: number): Value {
  const y = branchConv(p.at("conv0"), averagePool(p.g, x, { kernel: 5, stride: 3 }), [128, 1]);
  return classifier(p.at("fc"), branchConv(p.at("conv1"), y, [768, 5, 1, 0]), { classes });
}
