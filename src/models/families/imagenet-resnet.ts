import type { Graph, Value } from "../../graph/graph.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import { maxPool } from "../../layers/pool.js";
import type { Scope } from "../../layers/scope.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";
import { basicUnit, bottleneck } from "../units/residual.js";

/** A residual network for ImageNet; widths grow from 64 to 512 over four stages. */
export interface ResNetRow {
  readonly block: "basic" | "bottleneck";
  /** Units in conv2_x to conv5_x. */
  readonly depths: readonly [number, number, number, number];
  /** Groups of the 3×3 convolutions and channels per group in the first stage: "32x4d" is 32 and 4. */
  readonly group?: number;
  readonly perGroup?: number;
  /** Whether the first 1×1 convolution has half the channels of the 3×3 one, as in SENet-154. */
  readonly halved?: boolean;
  /** Extent of the kernel of projections with stride. */
  readonly projection?: 1 | 3;
  readonly strideOn?: "1x1" | "3x3";
  /** The first layers: one 7×7 convolution, or three of 3×3. */
  readonly stem?: "7x7" | "3x3";
  /**
   * `"timm"` pads the pool after the stem. `"legacy"` is what the authors' Caffe weights and their first ports want: a
   * pool without padding that counts windows over the edge, and other names of parameters.
   */
  readonly form?: "timm" | "legacy";
  /** Before the classifier. */
  readonly dropout?: number;
}

/** The rows of a plain network and its SE twin; both names are given. */
export function resNetTwins(family: string, plain: string, se: string, row: ResNetRow): ModelFamily {
  return twins(plain, se, {
    family,
    input: [3, 224, 224],
    classes: 1000,
    dropout: row.dropout ?? 0,
    stages: [2, 5],
    placements: ["standard", "pre", "post", "identity", ...(row.block === "bottleneck" ? (["3x3"] as const) : [])],
    // timm rounds the hidden width, which only shows at 64 channels: 8 units instead of 4.
    ...(row.form === "legacy" ? {} : { se: { hidden: "divisible" } }),
    build: (options) => resNet(options, row),
  });
}

function resNet(options: BuildOptions, row: ResNetRow): Graph {
  const legacy = row.form === "legacy";
  return network(options, (p, x) => {
    let y = stem(p, x, row);
    y = maxPool(p.g, y, legacy ? { kernel: 3, stride: 2, ceil: true } : { kernel: 3, stride: 2, padding: 1 });
    for (const [i, depth] of row.depths.entries()) {
      for (let block = 0; block < depth; block++) {
        const stride = i > 0 && block === 0 ? 2 : 1;
        y = unit(p.at(`layer${i + 1}`).at(block), y, { row, options, stage: i + 2, stride });
      }
    }
    return classifier(p.at(legacy ? "last_linear" : "fc"), y, options);
  });
}

interface UnitPlace {
  readonly row: ResNetRow;
  readonly options: BuildOptions;
  readonly stage: number;
  readonly stride: number;
}

function unit(p: Scope, x: Value, { row, options: { attention }, stage, stride }: UnitPlace): Value {
  const { group = 1, perGroup = 64, projection = 1, strideOn = "3x3" } = row;
  const planes = 64 * 2 ** (stage - 2);
  const legacy = row.form === "legacy";
  const common = { attention, attentionName: legacy ? "se_module" : "se", stage, stride, projection };
  if (row.block === "basic") return basicUnit(p, x, { ...common, channels: planes, reluBeforeSum: legacy });
  const width = Math.floor((planes * perGroup) / 64) * group;
  const widths = [row.halved ? width / 2 : width, width] as const;
  return bottleneck(p, x, { ...common, channels: 4 * planes, widths, group, strideOn });
}

/** [N, 3, H, W] -> [N, 64 or 128, H/2, W/2]. */
function stem(p: Scope, x: Value, { stem, form }: ResNetRow): Value {
  const legacy = form === "legacy";
  const at = (i: number): readonly [Scope, Scope] => {
    if (legacy) return [p.at("layer0").at(`conv${i}`), p.at("layer0").at(`bn${i}`)];
    if (stem !== "3x3") return [p.at("conv1"), p.at("bn1")];
    return [p.at("conv1").at(3 * i - 3), i === 3 ? p.at("bn1") : p.at("conv1").at(3 * i - 2)];
  };
  if (stem !== "3x3") return convNorm(at(1), x, { channels: 64, kernel: 7, stride: 2, act: "relu" });
  const y = convNorm(at(1), x, { channels: 64, kernel: 3, stride: 2, act: "relu" });
  const z = convNorm(at(2), y, { channels: 64, kernel: 3, act: "relu" });
  return convNorm(at(3), z, { channels: 128, kernel: 3, act: "relu" });
}
