import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import type { Placement } from "../../layers/attention/attention.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { classifier } from "../../layers/classifier.js";
import { conv } from "../../layers/conv.js";
import type { Scope } from "../../layers/scope.js";
import type { BuildOptions, ModelFamily } from "../model.js";
import { network } from "../network.js";
import { attendIn, shortcut, type Unit } from "../units/residual.js";
import { rows, widths } from "./cifar-resnet.js";

/** Units per stage of two layers each, and of three. Source: He et al. 2016, arXiv:1603.05027, §4. */
const basic = { preresnet20: 3, preresnet32: 5, preresnet44: 7, preresnet56: 9, preresnet110: 18 } as const;
const deep = { preresnet164: 18 } as const;

/**
 * Wide ResNets: two-layer units per stage, n = (depth − 4) / 6, eight times as wide.
 * Source: arXiv:1605.07146, Table 1.
 */
const wide = { wrn16_8: 2 } as const;

const placements: readonly Placement[] = ["standard", "pre", "post", "identity"];
const family = "cifar-preresnet";

/** Pre-activation ResNets for small images: batch norm and ReLU come before each convolution. */
export const cifarPreResNets: ModelFamily = {
  ...rows(basic, (options, n) => preResNet(options, n, widths, basicBranch), placements, family),
  ...rows(deep, (options, n) => preResNet(options, n, widths, deepBranch), [...placements, "3x3"], family),
  ...rows(wide, (options, n) => preResNet(options, n, [128, 256, 512], basicBranch), placements, family),
};

type Branch = { readonly expansion: number; build(p: Scope, x: Value, unit: Unit): Value };

function preResNet(options: BuildOptions, n: number, stageWidths: readonly number[], branch: Branch): Graph {
  const { attention, shortcut } = options;
  return network(options, (p, x) => {
    let y = conv(p.at("conv1"), x, { channels: 16, kernel: 3 });
    for (const [i, width] of stageWidths.entries()) {
      for (let block = 0; block < n; block++) {
        const stride = i > 0 && block === 0 ? 2 : 1;
        const unit = { stage: i + 2, stride, channels: branch.expansion * width, attention, shortcut };
        y = preActivation(p.at(`layer${i + 1}`).at(block), y, unit, branch);
      }
    }
    return classifier(p.at("fc"), normRelu(p.at("bn"), y), options);
  });
}

/**
 * y = SE(R(a)) + S, where a = ReLU(BN(x)); S is x, or a projection of a where the shape changes, without batch norm.
 */
function preActivation(p: Scope, x: Value, unit: Unit, branch: Branch): Value {
  const at = (value: Value, placement: Placement) => attendIn(p, value, unit, placement);
  const gated = at(x, "pre");
  const changes = unit.stride !== 1 || extent(x, 1) !== unit.channels;
  const a = normRelu(p.at("bn1"), gated);
  const r = at(branch.build(p, a, unit), "standard");
  const s = at(changes ? project(p, a, x, unit) : x, "identity");
  return at(p.g.call("Add", [r, s]), "post");
}

function project(p: Scope, a: Value, x: Value, unit: Unit): Value {
  if (unit.shortcut === "A") return shortcut(p, x, unit);
  return conv(p.at("downsample"), a, { channels: unit.channels, kernel: 1, stride: unit.stride });
}

const basicBranch: Branch = {
  expansion: 1,
  build(p, a, { channels, stride }) {
    const y = conv(p.at("conv1"), a, { channels, kernel: 3, stride });
    return conv(p.at("conv2"), normRelu(p.at("bn2"), y), { channels, kernel: 3 });
  },
};

const deepBranch: Branch = {
  expansion: 4,
  build(p, a, unit) {
    const { channels, stride } = unit;
    const width = channels / 4;
    let y = conv(p.at("conv1"), a, { channels: width, kernel: 1 });
    y = conv(p.at("conv2"), normRelu(p.at("bn2"), y), { channels: width, kernel: 3, stride });
    y = attendIn(p, normRelu(p.at("bn3"), y), unit, "3x3");
    return conv(p.at("conv3"), y, { channels, kernel: 1 });
  },
};

function normRelu(p: Scope, x: Value): Value {
  return p.g.call("Relu", [batchNorm(p, x)]);
}
