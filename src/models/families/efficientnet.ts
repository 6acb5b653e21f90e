import { extent } from "../../graph/dims/shape.js";
import type { Graph } from "../../graph/graph.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { BuildOptions, ModelFamily } from "../model.js";
import { network } from "../network.js";
import { invertedResidual, type MobileStyle } from "../units/inverted-residual.js";

/** A stage: expansion, kernel, stride of the first unit, channels, units. */
type Stage = readonly [expansion: number, kernel: number, stride: number, channels: number, units: number];

/** Source: Tan & Le 2019, arXiv:1905.11946, Table 1. */
const b0: readonly Stage[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];

/**
 * The hidden layer of its SE blocks follows the channels that enter a unit, although the gate acts on the expanded
 * ones.
 */
const style: MobileStyle = { naming: "timm", epsilon: 1e-5, reduceInput: true };

/** EfficientNet-B0 under timm's names; torchvision's are mapped to them. */
export const efficientNets: ModelFamily = {
  efficientnet_b0: {
    family: "efficientnet",
    attention: "se",
    se: { reduction: 4, activation: "silu" },
    input: [3, 224, 224],
    classes: 1000,
    dropout: 0.2,
    stages: [1, 7],
    placements: ["standard"],
    alias: ours,
    build: (options) => efficientNet(options, b0),
  },
};

function efficientNet(options: BuildOptions, stages: readonly Stage[]): Graph {
  return network(options, (p, x) => {
    const { epsilon } = style;
    const stem = { channels: 32, kernel: 3, stride: 2, act: "silu", epsilon } as const;
    let y = convNorm([p.at("conv_stem"), p.at("bn1")], x, stem);
    for (const [i, [expansion, kernel, stride, channels, units]] of stages.entries()) {
      for (let j = 0; j < units; j++) {
        const unit = { kernel, channels, act: "silu", attends: true, stage: i + 1 } as const;
        const size = { expanded: expansion * extent(y, 1), stride: j === 0 ? stride : 1 };
        y = invertedResidual(p.at("blocks").at(i).at(j), y, { ...unit, ...size }, style, options.attention);
      }
    }
    y = convNorm([p.at("conv_head"), p.at("bn2")], y, { channels: 1280, kernel: 1, act: "silu", epsilon });
    return classifier(p.at("classifier"), y, options);
  });
}

/** The parts of torchvision's units in their order, with an expansion and without. */
const expanding = ["conv_pw bn1", "conv_dw bn2", "se", "conv_pwl bn3"];
const plain = ["conv_dw bn1", "se", "conv_pw bn2"];

/** torchvision's names: `features.3.0.block.1.0.weight` is `blocks.2.0.conv_dw.weight`. */
function ours(name: string): string {
  const outside: Record<string, string> = { "0.0": "conv_stem", "0.1": "bn1", "8.0": "conv_head", "8.1": "bn2" };
  const ends = /^features\.(0\.[01]|8\.[01])\.(\w+)$/.exec(name);
  if (ends) return `${outside[ends[1]!]}.${ends[2]}`;
  const unit = /^features\.([1-7])\.(\d+)\.block\.(\d)\.(\w+)\.(\w+)$/.exec(name);
  if (unit === null) return name.replace(/^classifier\.1\./, "classifier.");
  const [stage, index, part, inside, tensor] = unit.slice(1) as [string, string, string, string, string];
  const [conv, norm] = (stage === "1" ? plain : expanding)[Number(part)]!.split(" ") as [string, string?];
  const within =
    norm === undefined ? `se.${inside === "fc1" ? "conv_reduce" : "conv_expand"}` : inside === "0" ? conv : norm;
  return `blocks.${Number(stage) - 1}.${index}.${within}.${tensor}`;
}
