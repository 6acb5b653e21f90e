import type { Graph } from "../../graph/graph.js";
import { classifier } from "../../layers/classifier.js";
import { convNorm } from "../../layers/conv-norm.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";
import { basicUnit, bottleneck } from "../units/residual.js";

/** Units per stage: n = (depth − 2) / 6 of two layers. Source: He et al. 2015, arXiv:1512.03385, §4.2. */
const basic = { resnet20: 3, resnet32: 5, resnet44: 7, resnet56: 9, resnet110: 18 } as const;

/** The same with three layers: n = (depth − 2) / 9. Source: He et al. 2016, arXiv:1603.05027, §4. */
const deep = { resnet164: 18 } as const;

/**
 * Channels of the three stages; the second and third begin with stride 2. A bottleneck has four times as many outside.
 */
export const widths = [16, 32, 64] as const;

/** What the ResNets for small images have in common. */
export const cifar = {
  input: [3, 32, 32],
  classes: 10,
  stages: [2, 4],
  switches: { shortcut: "projection" },
  // as in the widely used checkpoints of github.com/akamaster/pytorch_resnet_cifar10, which have option A
  alias: (name: string) => name.replace(/^linear\./, "fc."),
} as const;

/** ResNets for small images and, as `seresnet…`, their twins with an SE block at the end of every residual branch. */
export const cifarResNets: ModelFamily = {
  ...rows(basic, (options, n) => cifarResNet(options, n, false), ["standard", "pre", "post", "identity"]),
  ...rows(deep, (options, n) => cifarResNet(options, n, true), ["standard", "pre", "post", "identity", "3x3"]),
};

/** A row and its twin for every network of a table. */
export function rows(
  table: Readonly<Record<string, number>>,
  build: (options: BuildOptions, n: number) => Graph,
  placements: ModelFamily[string]["placements"],
  family = "cifar-resnet",
): ModelFamily {
  const both = Object.entries(table).map(([name, n]) =>
    twins(name, `se${name}`, { ...cifar, family, placements, build: (options) => build(options, n) }),
  );
  return Object.assign({}, ...both);
}

function cifarResNet(options: BuildOptions, n: number, deep: boolean): Graph {
  const { attention, shortcut } = options;
  return network(options, (p, x) => {
    let y = convNorm([p.at("conv1"), p.at("bn1")], x, { channels: widths[0], kernel: 3, act: "relu" });
    for (const [i, width] of widths.entries()) {
      for (let block = 0; block < n; block++) {
        const at = p.at(`layer${i + 1}`).at(block);
        const unit = { stage: i + 2, stride: i > 0 && block === 0 ? 2 : 1, attention, shortcut };
        y = deep
          ? bottleneck(at, y, { ...unit, channels: 4 * width, widths: [width, width] })
          : basicUnit(at, y, { ...unit, channels: width });
      }
    }
    return classifier(p.at("fc"), y, options); // [N, 64], then [N, classes]
  });
}
