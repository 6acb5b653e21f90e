import type { Graph, Value } from "../../graph/graph.js";
import { activations } from "../../layers/activation.js";
import { attend } from "../../layers/attention/attention.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { conv } from "../../layers/conv.js";
import { dropout } from "../../layers/dropout.js";
import { linear } from "../../layers/linear.js";
import { adaptiveAveragePool, maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import type { BuildOptions, ModelEntry, ModelFamily } from "../model.js";
import { network } from "../network.js";

/** Channels of the 3×3 convolutions, stage by stage. Source: Simonyan & Zisserman 2014, arXiv:1409.1556, Table 1, D. */
const vgg16 = [
  [64, 64],
  [128, 128],
  [256, 256, 256],
  [512, 512, 512],
  [512, 512, 512],
] as const;

const common = {
  family: "vgg",
  input: [3, 224, 224],
  classes: 1000,
  dropout: 0.5,
  stages: [1, 5],
  placements: ["standard"],
  alias: ours,
} as const;
const normed: Omit<ModelEntry, "attention"> = {
  ...common,
  switches: { convBias: true },
  build: (options) => vgg(options, true),
};

/** VGG-16 without and with batch norm, and with SE after the ReLU of every convolution. */
export const vggs: ModelFamily = {
  vgg16: { ...common, attention: "none", build: (options) => vgg({ ...options, convBias: true }, false) },
  vgg16_bn: { ...normed, attention: "none" },
  se_vgg16_bn: { ...normed, attention: "se" },
};

/** torchvision's `classifier.0`, `.3` and `.6` are timm's `pre_logits.fc1`, `.fc2` and `head.fc`. */
function ours(name: string): string {
  const dense: Record<string, string> = { "0": "pre_logits.fc1", "3": "pre_logits.fc2", "6": "head.fc" };
  return name.replace(/^classifier\.([036])\./, (_, i: string) => `${dense[i]}.`);
}

function vgg(options: BuildOptions, norm: boolean): Graph {
  return network(options, (p, x) => {
    const { g } = p;
    const features = p.at("features");
    let y = x;
    let index = 0; // of the layer in torchvision's and timm's list
    for (const [i, widths] of vgg16.entries()) {
      for (const channels of widths) {
        y = conv(features.at(index++), y, { channels, kernel: 3, bias: options.convBias });
        if (norm) y = batchNorm(features.at(index++), y);
        const at = features.at(index++).at("se");
        y = attend(at, activations.relu(g, y), options.attention, { placement: "standard", stage: i + 1 });
      }
      y = maxPool(g, y, { kernel: 2, stride: 2 });
      index++;
    }
    return head(p, adaptiveAveragePool(g, y, 7), options);
  });
}

/** The dense layers; the first two are convolutions, over the whole map of 7 × 7 and over the one pixel it leaves. */
function head(p: Scope, x: Value, { classes, dropout: rate }: BuildOptions): Value {
  const dense = (name: string, of: Value, channels: number, kernel: number) =>
    conv(p.at(name), of, { channels, kernel, padding: 0, bias: true });
  const y = activations.relu(p.g, dense("pre_logits.fc1", x, 4096, 7));
  const dropped = dropout(p.at("pre_logits.dropout"), y, rate);
  const z = activations.relu(p.g, dense("pre_logits.fc2", dropped, 4096, 1));
  return linear(p.at("head.fc"), dropout(p.at("head.dropout"), p.g.call("Flatten", [z]), rate), { features: classes });
}
