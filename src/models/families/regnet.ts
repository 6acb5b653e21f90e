import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import { attend } from "../../layers/attention/attention.js";
import { classifier } from "../../layers/classifier.js";
import { type ConvNormOptions, convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";
import type { BuildOptions, ModelFamily } from "../model.js";
import { network } from "../network.js";

/** Widths and depths of the four stages, and channels per group. */
interface Row {
  readonly widths: readonly [number, number, number, number];
  readonly depths: readonly [number, number, number, number];
  readonly perGroup: number;
}

/**
 * Source: Radosavovic et al. 2020, arXiv:2003.13678, Figure 12; the number is the cost in hundreds of millions of MACs.
 */
const table = {
  regnety_002: { widths: [24, 56, 152, 368], depths: [1, 1, 4, 7], perGroup: 8 },
  regnety_004: { widths: [48, 104, 208, 440], depths: [1, 3, 6, 6], perGroup: 8 },
  regnety_006: { widths: [48, 112, 256, 608], depths: [1, 3, 7, 4], perGroup: 16 },
  regnety_008: { widths: [64, 128, 320, 768], depths: [1, 3, 8, 2], perGroup: 16 },
  regnety_016: { widths: [48, 120, 336, 888], depths: [2, 6, 17, 2], perGroup: 24 },
  regnety_032: { widths: [72, 216, 576, 1512], depths: [2, 5, 13, 1], perGroup: 24 },
} as const satisfies Record<string, Row>;

/** RegNetY under timm's names; torchvision's are mapped to them. */
export const regNets: ModelFamily = Object.fromEntries(
  Object.entries(table).map(([name, row]) => [
    name,
    {
      family: "regnet",
      attention: "se",
      se: { reduction: 4 },
      input: [3, 224, 224],
      classes: 1000,
      stages: [2, 5],
      placements: ["standard"],
      alias: ours,
      build: (options) => regNet(options, row),
    },
  ]),
);

function regNet(options: BuildOptions, { widths, depths, perGroup }: Row): Graph {
  return network(options, (p, x) => {
    let y = unit(p.at("stem"), x, { channels: 32, kernel: 3, stride: 2, act: "relu" });
    for (const [i, channels] of widths.entries()) {
      for (let j = 0; j < depths[i]!; j++) {
        const at = p.at(`s${i + 1}`).at(`b${j + 1}`);
        y = block(at, y, { channels, stride: j === 0 ? 2 : 1, perGroup, stage: i + 2 }, options);
      }
    }
    return classifier(p.at("head").at("fc"), y, options);
  });
}

interface Block {
  readonly channels: number;
  readonly stride: number;
  readonly perGroup: number;
  readonly stage: number;
}

/** Block Y: SE stands after the grouped 3×3 convolution; its reduction divides the channels that enter the block. */
function block(p: Scope, x: Value, { channels, stride, perGroup, stage }: Block, { attention }: BuildOptions): Value {
  const { g } = p;
  const inputs = extent(x, 1);
  let y = unit(p.at("conv1"), x, { channels, kernel: 1, act: "relu" });
  y = unit(p.at("conv2"), y, { channels, kernel: 3, stride, group: channels / perGroup, act: "relu" });
  y = attend(p.at("se"), y, attention, { placement: "standard", stage, base: inputs });
  y = unit(p.at("conv3"), y, { channels, kernel: 1 });
  const same = stride === 1 && inputs === channels;
  const shortcut = same ? x : unit(p.at("downsample"), x, { channels, kernel: 1, stride });
  return g.call("Relu", [g.call("Add", [y, shortcut])]);
}

function unit(p: Scope, x: Value, options: ConvNormOptions): Value {
  return convNorm([p.at("conv"), p.at("bn")], x, options);
}

/** torchvision's names: `trunk_output.block2.block2-0.f.b.1.weight` is `s2.b1.conv2.bn.weight`. */
function ours(name: string): string {
  const part = (i: string) => (i === "0" ? "conv" : "bn");
  const convs: Record<string, string> = { a: "conv1", b: "conv2", c: "conv3" };
  return name
    .replace(/^stem\.([01])\./, (_, i: string) => `stem.${part(i)}.`)
    .replace(/^trunk_output\.block(\d)\.block\d-(\d+)\./, (_, stage, i) => `s${stage}.b${Number(i) + 1}.`)
    .replace(/\.f\.([abc])\.([01])\./, (_, conv: string, i: string) => `.${convs[conv]}.${part(i)}.`)
    .replace(/\.proj\.([01])\./, (_, i: string) => `.downsample.${part(i)}.`)
    .replace(/\.f\.se\./, ".se.")
    .replace(/^fc\./, "head.fc.");
}
