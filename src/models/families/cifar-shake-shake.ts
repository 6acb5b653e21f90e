import { extent } from "../../graph/dims/shape.js";
import type { Graph, Value } from "../../graph/graph.js";
import { type Attention, attend, type Placement } from "../../layers/attention/attention.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { classifier } from "../../layers/classifier.js";
import { conv } from "../../layers/conv.js";
import { convNorm } from "../../layers/conv-norm.js";
import type { Scope } from "../../layers/scope.js";
import { type BuildOptions, type ModelFamily, twins } from "../model.js";
import { network } from "../network.js";

/**
 * Units per stage, (depth − 2) / 6, and channels of the first stage.
 * Source: Gastaldi 2017, arXiv:1705.07485, Table 1.
 */
const table = {
  shake_shake_20_2x16d: [3, 16],
  shake_shake_26_2x32d: [4, 32],
  shake_shake_26_2x96d: [4, 96],
} as const;

/**
 * Shake-Shake networks: two branches, of which random shares are added while training and the mean otherwise. The twins
 * have SE on what the branches add up to; the SENet paper does not say where its own has it. Names, and the ReLU after
 * the sum instead of before the branches, as in pytorchcv.
 */
export const cifarShakeShakes: ModelFamily = Object.assign(
  {},
  ...Object.entries(table).map(([name, [n, width]]) =>
    twins(name, `se_${name}`, {
      family: "cifar-shake-shake",
      input: [3, 32, 32],
      classes: 10,
      stages: [2, 4],
      placements: ["standard", "pre", "post", "identity"],
      build: (options) => shakeShake(options, n, width),
    }),
  ),
);

function shakeShake(options: BuildOptions, n: number, width: number): Graph {
  return network(options, (p, x) => {
    const features = p.at("features");
    const stem = features.at("init_block");
    let y = convNorm([stem.at("conv"), stem.at("bn")], x, { channels: 16, kernel: 3, act: "relu" });
    for (let i = 0; i < 3; i++) {
      for (let block = 0; block < n; block++) {
        const size = { channels: width * 2 ** i, stride: i > 0 && block === 0 ? 2 : 1, stage: i + 2 };
        y = unit(features.at(`stage${i + 1}`).at(`unit${block + 1}`), y, size, options.attention);
      }
    }
    return classifier(p.at("output"), y, options);
  });
}

interface Size {
  readonly channels: number;
  readonly stride: number;
  readonly stage: number;
}

function unit(p: Scope, x: Value, { channels, stride, stage }: Size, attention: Attention): Value {
  const { g } = p;
  const at = (value: Value, placement: Placement) => attend(p.at("se"), value, attention, { placement, stage });
  const from = at(x, "pre");
  const branches = ["branch1", "branch2"].map((name) => {
    const places = (conv: string) => [p.at(name).at(conv).at("conv"), p.at(name).at(conv).at("bn")] as const;
    const y = convNorm(places("conv1"), from, { channels, kernel: 3, stride, act: "relu" });
    return convNorm(places("conv2"), y, { channels, kernel: 3 });
  });
  const r = at(g.call("Mean", branches, {}, p.name("shake")), "standard");
  const same = stride === 1 && extent(x, 1) === channels;
  const s = at(same ? x : shortcut(p.at("identity_branch"), x, channels, stride), "identity");
  return at(g.call("Relu", [g.call("Add", [r, s])]), "post");
}

/** Two thinned-out maps, the second from one pixel up and to the left, each for half of the channels. */
function shortcut(p: Scope, x: Value, channels: number, stride: number): Value {
  const { g } = p;
  const [height, width] = [extent(x, 2), extent(x, 3)];
  const half = (name: string, from: Value) => conv(p.at(name), from, { channels: channels / 2, kernel: 1, stride });
  const cut = g.call("Slice", [x, g.ints([0, 0]), g.ints([height - 1, width - 1]), g.ints([2, 3])]);
  const moved = g.call("Pad", [cut, g.ints([0, 0, 1, 1, 0, 0, 0, 0])]);
  return batchNorm(p.at("bn"), g.call("Concat", [half("conv1", x), half("conv2", moved)], { axis: 1 }));
}
