import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import { extent } from "../graph/shape.js";
import { batchNorm } from "../layers/batch-norm.js";
import { conv } from "../layers/conv.js";
import { linear } from "../layers/linear.js";
import { Scope } from "../layers/scope.js";
import { squeezeExcite } from "../layers/squeeze-excite.js";
import type { Attention, ModelFamily, ModelOptions } from "./model.js";

/** Basic blocks per stage, n = (depth − 2) / 6. Source: He et al. 2015, arXiv:1512.03385, §4.2. */
const blocks = { resnet20: 3, resnet32: 5, resnet44: 7, resnet56: 9, resnet110: 18 } as const;

/** Channels of the three stages; the second and third begin with stride 2. */
const widths = [16, 32, 64] as const;

/** ResNets for small images and, as `seresnet…`, their twins with an SE block at the end of every residual branch. */
export const cifarResNets: ModelFamily = Object.fromEntries(
  Object.entries(blocks).flatMap(([name, n]) => [
    [name, { attention: "none", input: [3, 32, 32], build: (options) => cifarResNet(name, n, options) }],
    [`se${name}`, { attention: "se", input: [3, 32, 32], build: (options) => cifarResNet(`se${name}`, n, options) }],
  ]),
);

function cifarResNet(name: string, n: number, options: Required<ModelOptions>): Graph {
  const { classes, input, attention, shortcut } = options;
  const g = new GraphBuilder(name);
  const p = new Scope(g);
  const x = g.input("x", "float32", ["N", ...input]);

  let y = g.call("Relu", [batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels: widths[0], kernel: 3 }))]);
  for (const [stage, width] of widths.entries()) {
    for (let block = 0; block < n; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      y = basicBlock(p.at(`layer${stage + 1}`).at(block), y, { width, stride, attention, shortcut });
    }
  }
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [y])]); // [N, 64]
  g.output(linear(p.at("fc"), pooled, { features: classes }), "logits"); // [N, classes]
  return g.build();
}

interface Block {
  readonly width: number;
  readonly stride: number;
  readonly attention: Attention;
  readonly shortcut: "projection" | "A";
}

function basicBlock(p: Scope, x: Value, { width, stride, attention, shortcut }: Block): Value {
  const { g } = p;
  let y = g.call("Relu", [batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels: width, kernel: 3, stride }))]);
  y = batchNorm(p.at("bn2"), conv(p.at("conv2"), y, { channels: width, kernel: 3 }));
  if (attention.kind === "se") y = squeezeExcite(p.at("se"), y, attention);
  const sameShape = stride === 1 && extent(x, 1) === width;
  const identity = sameShape
    ? x
    : shortcut === "A"
      ? subsample(p, x, width)
      : project(p.at("downsample"), x, width, stride);
  return g.call("Relu", [g.call("Add", [y, identity])]);
}

/** 1×1 convolution and batch norm: option B of He et al. 2015, §3.3. */
function project(p: Scope, x: Value, channels: number, stride: number): Value {
  return batchNorm(p.at(1), conv(p.at(0), x, { channels, kernel: 1, stride }));
}

/** Every second pixel, and zeros for the new channels, half before and half after: option A of He et al. 2015, §3.3. */
function subsample(p: Scope, x: Value, channels: number): Value {
  const { g } = p;
  if (extent(x, 2) < 2 || extent(x, 3) < 2) {
    throw new UserError(
      `${p.path}: got a ${extent(x, 2)}×${extent(x, 3)} map to halve; expected an input of 4×4 or more`,
    );
  }
  const int32Max = 2 ** 31 - 1; // "to the end", whatever the size
  const halved = g.call("Slice", [x, g.ints([0, 0]), g.ints([int32Max, int32Max]), g.ints([2, 3]), g.ints([2, 2])]);
  const extra = channels - extent(x, 1);
  const [before, after] = [Math.floor(extra / 2), Math.ceil(extra / 2)];
  return g.call("Pad", [halved, g.ints([0, before, 0, 0, 0, after, 0, 0])]);
}
