import { GraphBuilder } from "../../graph/builder.js";
import type { Graph, Value } from "../../graph/graph.js";
import { squeezeExcite } from "../../layers/attention/squeeze-excite.js";
import { batchNorm } from "../../layers/batch-norm.js";
import { conv } from "../../layers/conv.js";
import { linear } from "../../layers/linear.js";
import { Scope } from "../../layers/scope.js";
import { block } from "./both-ways.test.helper.js";

/** Classes of the networks below. */
export const classes = 4;

/** A network from images to logits, whose body is given. */
export function network(input: readonly [number, number, number], body: (p: Scope, x: Value) => Value): Graph {
  const g = new GraphBuilder("tiny");
  const p = new Scope(g);
  const y = body(p, g.input("x", "float32", ["N", ...input]));
  const pooled = g.call("Flatten", [g.call("GlobalAveragePool", [y])]);
  g.output(linear(p.at("fc"), pooled, { features: classes }), "logits");
  return g.build();
}

/** What makes one block differ from another. */
export interface BlockOptions {
  readonly channels: number;
  readonly stride?: number;
  readonly se?: boolean;
  readonly shortcut?: "projection" | "A";
  /** Whether the shortcut is the first operand of the sum. */
  readonly turned?: boolean;
  /** What stands for ReLU; a smooth one has no kinks to flip at. */
  readonly activation?: "Relu" | "Sigmoid";
}

/** A basic block as in the models, in its variants. */
function residual(p: Scope, x: Value, options: BlockOptions): Value {
  const { channels, stride = 1, se = false, shortcut = "projection", turned = false, activation = "Relu" } = options;
  const { g } = p;
  const active = (v: Value) => g.call(activation, [v]);
  let y = active(batchNorm(p.at("bn1"), conv(p.at("conv1"), x, { channels, kernel: 3, stride })));
  y = batchNorm(p.at("bn2"), conv(p.at("conv2"), y, { channels, kernel: 3 }));
  if (se) y = squeezeExcite(p.at("se"), y, { reduction: 4 });
  const same = stride === 1 && x.shape[1] === channels;
  const past = same ? x : shortcut === "A" ? optionA(g, x, channels) : projection(p.at("down"), x, channels, stride);
  return active(g.call("Add", turned ? [past, y] : [y, past]));
}

function projection(p: Scope, x: Value, channels: number, stride: number): Value {
  return batchNorm(p.at(1), conv(p.at(0), x, { channels, kernel: 1, stride }));
}

function optionA(g: GraphBuilder, x: Value, channels: number): Value {
  const halved = g.call("Slice", [
    x,
    g.ints([0, 0]),
    g.ints([2 ** 31 - 1, 2 ** 31 - 1]),
    g.ints([2, 3]),
    g.ints([2, 2]),
  ]);
  return g.call("Pad", [halved, g.ints([0, 0, 0, 0, 0, channels - Number(x.shape[1]), 0, 0])]);
}

/** First convolution to the channels of one block, batch norm and activation, then residual blocks. */
export function stages(p: Scope, x: Value, ...blocks: readonly BlockOptions[]): Value {
  const activation = blocks[0]?.activation ?? "Relu";
  const first = conv(p.at("conv1"), x, { channels: block ?? 16, kernel: 3 });
  const stem = p.g.call(activation, [batchNorm(p.at("bn1"), first)]);
  return blocks.reduce((y, options, i) => residual(p.at(`layer${i + 1}`), y, options), stem);
}
