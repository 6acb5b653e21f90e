import type { Graph, Value } from "../../graph/graph.js";
import { attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import { averagePool, maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import type { BuildOptions, ModelFamily } from "../model.js";
import { network } from "../network.js";

/** A module: the channels of its branches. Without a 1×1 branch it has stride 2, and its pool is passed on as it is. */
interface Module {
  readonly one?: number;
  readonly three: readonly [reduce: number, out: number];
  readonly double: readonly [reduce: number, first: number, out: number];
  readonly pool?: readonly [kind: "avg" | "max", project: number];
}

/**
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167, Figure 5; sizes and pools as in the SENet authors' Caffe definition.
 */
const modules = {
  "3a": { one: 64, three: [64, 64], double: [64, 96, 96], pool: ["avg", 32] },
  "3b": { one: 64, three: [64, 96], double: [64, 96, 96], pool: ["avg", 64] },
  "3c": { three: [128, 160], double: [64, 96, 96] },
  "4a": { one: 224, three: [64, 96], double: [96, 128, 128], pool: ["avg", 128] },
  "4b": { one: 192, three: [96, 128], double: [96, 128, 128], pool: ["avg", 128] },
  "4c": { one: 160, three: [128, 160], double: [128, 160, 160], pool: ["avg", 128] },
  "4d": { one: 96, three: [128, 192], double: [160, 192, 192], pool: ["avg", 128] },
  "4e": { three: [128, 192], double: [192, 256, 256] },
  "5a": { one: 352, three: [192, 320], double: [160, 224, 224], pool: ["avg", 128] },
  "5b": { one: 352, three: [192, 320], double: [192, 224, 224], pool: ["max", 128] },
} as const satisfies Record<string, Module>;

const common = {
  family: "inception",
  input: [3, 224, 224],
  classes: 1000,
  stages: [3, 5],
  placements: ["standard"],
  build: bnInception,
} as const;

/**
 * BN-Inception and its twin with SE after every module, those of stride 2 included. Its parameters have the names of
 * the first PyTorch port, which has biases in the convolutions; the SENet authors' own network has none.
 */
export const bnInceptions: ModelFamily = {
  bn_inception: { ...common, attention: "none", switches: { convBias: true } },
  se_bn_inception: { ...common, attention: "se", switches: { convBias: false } },
};

function bnInception(options: BuildOptions): Graph {
  return network(options, (p, x) => {
    const { g } = p;
    const unit = unitOf(p, options.convBias);
    const halve = (of: Value) => maxPool(g, of, { kernel: 3, stride: 2, ceil: true });
    let y = halve(unit("conv1_7x7_s2", x, { channels: 64, kernel: 7, stride: 2 }));
    y = unit("conv2_3x3_reduce", y, { channels: 64, kernel: 1 });
    y = halve(unit("conv2_3x3", y, { channels: 192, kernel: 3 }));
    for (const [name, module] of Object.entries(modules)) {
      const place = { placement: "standard", stage: Number(name[0]) } as const;
      y = inception(p, y, `inception_${name}`, module, options.convBias);
      y = attend(p.at(`inception_${name}_se`), y, options.attention, place);
    }
    return classifier(p.at("last_linear"), y, options);
  });
}

type Spec = { channels: number; kernel: number; stride?: number };

/** Convolution, batch norm and ReLU, named as in Caffe: `conv2_3x3` and `conv2_3x3_bn`. */
function unitOf(p: Scope, bias: boolean) {
  return (name: string, x: Value, spec: Spec) =>
    convNorm([p.at(name), p.at(`${name}_bn`)], x, { ...spec, bias, act: "relu" });
}

function inception(p: Scope, x: Value, name: string, { one, three, double, pool }: Module, bias: boolean): Value {
  const { g } = p;
  const stride = one === undefined ? 2 : 1;
  const named = unitOf(p, bias);
  const unit = (part: string, of: Value, channels: number, kernel: number, by = 1) =>
    named(`${name}_${part}`, of, { channels, kernel, stride: by });

  const branches = one === undefined ? [] : [unit("1x1", x, one, 1)];
  branches.push(unit("3x3", unit("3x3_reduce", x, three[0], 1), three[1], 3, stride));
  const first = unit("double_3x3_1", unit("double_3x3_reduce", x, double[0], 1), double[1], 3);
  branches.push(unit("double_3x3_2", first, double[2], 3, stride));
  if (pool === undefined) {
    branches.push(maxPool(g, x, { kernel: 3, stride: 2, ceil: true }));
  } else {
    const window = { kernel: 3, stride: 1, padding: 1 };
    const pooled = pool[0] === "avg" ? averagePool(g, x, window) : maxPool(g, x, window);
    branches.push(unit("pool_proj", pooled, pool[1], 1));
  }
  return g.call("Concat", branches, { axis: 1 });
}
