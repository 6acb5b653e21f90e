import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import { activations } from "../../layers/activation.js";
import { conv } from "../../layers/conv.js";
import { convNorm } from "../../layers/conv-norm.js";
import { dropout } from "../../layers/dropout.js";
import { linear } from "../../layers/linear.js";
import type { Scope } from "../../layers/scope.js";
import type { BuildOptions, ModelEntry, ModelFamily } from "../model.js";
import { network } from "../network.js";
import { type InvertedResidual, invertedResidual, type MobileStyle, paddingOf } from "../units/inverted-residual.js";

/** A unit of the paper's tables: kernel, expanded, out, SE, activation (RE or HS), stride. */
type Row = readonly [kernel: number, expanded: number, out: number, se: "SE" | "-", act: "RE" | "HS", stride: 1 | 2];

interface Size {
  readonly units: readonly Row[];
  /** Outputs of the dense layer before the classifier. */
  readonly head: number;
}

/** Source: Howard et al. 2019, arXiv:1905.02244, Table 2. */
const small: Size = {
  units: [
    [3, 16, 16, "SE", "RE", 2],
    [3, 72, 24, "-", "RE", 2],
    [3, 88, 24, "-", "RE", 1],
    [5, 96, 40, "SE", "HS", 2],
    [5, 240, 40, "SE", "HS", 1],
    [5, 240, 40, "SE", "HS", 1],
    [5, 120, 48, "SE", "HS", 1],
    [5, 144, 48, "SE", "HS", 1],
    [5, 288, 96, "SE", "HS", 2],
    [5, 576, 96, "SE", "HS", 1],
    [5, 576, 96, "SE", "HS", 1],
  ],
  head: 1024,
};

/** Source: Howard et al. 2019, arXiv:1905.02244, Table 1. */
const large: Size = {
  units: [
    [3, 16, 16, "-", "RE", 1],
    [3, 64, 24, "-", "RE", 2],
    [3, 72, 24, "-", "RE", 1],
    [5, 72, 40, "SE", "RE", 2],
    [5, 120, 40, "SE", "RE", 1],
    [5, 120, 40, "SE", "RE", 1],
    [3, 240, 80, "-", "HS", 2],
    [3, 200, 80, "-", "HS", 1],
    [3, 184, 80, "-", "HS", 1],
    [3, 184, 80, "-", "HS", 1],
    [3, 480, 112, "SE", "HS", 1],
    [3, 672, 112, "SE", "HS", 1],
    [5, 672, 160, "SE", "HS", 2],
    [5, 960, 160, "SE", "HS", 1],
    [5, 960, 160, "SE", "HS", 1],
  ],
  head: 1280,
};

/**
 * The ε of batch norm differs between the libraries, so each keeps its own names: weights of one do not suit the other.
 */
const torchvision: MobileStyle = { naming: "torchvision", epsilon: 1e-3 };
const timm: MobileStyle = { naming: "timm", epsilon: 1e-5 };
const tensorFlow: MobileStyle = { naming: "timm", epsilon: 1e-3, padding: "same" };

/** MobileNetV3 as torchvision has it, as timm has it, and with the weights that timm took over from TensorFlow. */
export const mobileNetV3s: ModelFamily = {
  mobilenet_v3_small: entry(small, torchvision),
  mobilenet_v3_large: entry(large, torchvision),
  mobilenetv3_small_100: entry(small, timm),
  mobilenetv3_large_100: entry(large, timm),
  tf_mobilenetv3_small_100: entry(small, tensorFlow),
};

function entry(size: Size, style: MobileStyle): ModelEntry {
  return {
    family: "mobilenet_v3",
    attention: "se",
    se: { reduction: 4, hidden: "mobile", gate: "hard-sigmoid" },
    input: [3, 224, 224],
    classes: 1000,
    dropout: 0.2,
    stages: [1, stagesOf(size).length],
    placements: ["standard"],
    build: (options) => mobileNetV3(options, size, style),
  };
}

function mobileNetV3(options: BuildOptions, size: Size, style: MobileStyle): Graph {
  const { epsilon } = style;
  return network(options, (p, x) => {
    const stem = { channels: 16, kernel: 3, stride: 2, act: "hard-swish", epsilon, ...paddingOf(style) } as const;
    const timm = style.naming === "timm";
    let y = convNorm(timm ? [p.at("conv_stem"), p.at("bn1")] : pairAt(p.at("features").at(0)), x, stem);
    let index = 1;
    for (const [i, units] of stagesOf(size).entries()) {
      for (const [j, unit] of units.entries()) {
        const at = timm ? p.at("blocks").at(i).at(j) : p.at("features").at(index++);
        y = invertedResidual(at, y, { ...unit, stage: i + 1 }, style, options.attention);
      }
    }
    const last = p.at("blocks").at(stagesOf(size).length).at(0);
    const tail = timm ? ([last.at("conv"), last.at("bn1")] as const) : pairAt(p.at("features").at(index));
    y = convNorm(tail, y, { channels: 6 * extent(y, 1), kernel: 1, act: "hard-swish", epsilon });
    return head(p, p.g.call("GlobalAveragePool", [y]), size.head, options, timm);
  });
}

/** Units of equal width are a stage, as in timm's names. */
function stagesOf({ units }: Size): Omit<InvertedResidual, "stage">[][] {
  const stages: Omit<InvertedResidual, "stage">[][] = [];
  for (const [kernel, expanded, channels, se, act, stride] of units) {
    if (stages.at(-1)?.[0]?.channels !== channels) stages.push([]);
    const attends = se === "SE";
    stages.at(-1)!.push({ kernel, expanded, channels, stride, attends, act: act === "RE" ? "relu" : "hard-swish" });
  }
  return stages;
}

function pairAt(p: Scope): readonly [Scope, Scope] {
  return [p.at(0), p.at(1)];
}

/** Dense, hard swish, dense; the first is a convolution in timm. @param z [N, C, 1, 1]. @returns [N, classes]. */
function head(p: Scope, z: Value, features: number, { classes, dropout: rate }: BuildOptions, timm: boolean): Value {
  const { g } = p;
  const act = activations["hard-swish"];
  if (timm) {
    const y = act(g, conv(p.at("conv_head"), z, { channels: features, kernel: 1, bias: true }));
    return linear(p.at("classifier"), dropout(p.at("dropout"), g.call("Flatten", [y]), rate), { features: classes });
  }
  const y = act(g, linear(p.at("classifier").at(0), g.call("Flatten", [z]), { features }));
  return linear(p.at("classifier").at(3), dropout(p.at("classifier").at(2), y, rate), { features: classes });
}
