import { removeDeadNodes } from "../clean/dead-nodes.js";
import { replay } from "../clean/replay.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import type { Choose } from "./algorithms.js";
import { lowerPlain } from "./lower-plain.js";
import { lowerNchwc } from "./nchwc/lower-nchwc.js";
import { withNumberRanks } from "./number-ranks.js";

/** Where a lowered graph will run. */
export interface Target {
  /**
   * Channels in a block of the engine's own convolution layout, as `Runtime.channelBlock` finds it.
   * Left out, the graph is written in ONNX's own operators alone and runs everywhere.
   */
  readonly channelBlock?: number | undefined;
  /** Chooses among the algorithms of a gradient, such as by a table of what is fastest here; by rule when left out. */
  readonly choose?: Choose | undefined;
  /** True: a training step computes parts of its forward pass again rather than keep them. */
  readonly recompute?: boolean | undefined;
}

/**
 * Replaces the operators of the domain `senet` (gradients, training-mode normalisation) by ones an engine knows.
 * This is the one place where it is decided how they are computed.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { crossEntropy, gradientStep, lower } from "senet/step";
 *
 * const { graph } = gradientStep(createModel("resnet20"), { batch: 8, loss: crossEntropy(), mode: "train" });
 * console.log(lower(graph).nodes.every(({ domain }) => domain === "")); // true
 * ```
 */
export function lower(graph: Graph, { channelBlock, choose }: Target = {}): Graph {
  return withNumberRanks(
    channelBlock === undefined ? lowerStandard(graph, choose) : lowerNchwc(graph, channelBlock, choose),
  );
}

function lowerStandard(graph: Graph, choose: Choose | undefined): Graph {
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph, { replace: (node, inputs) => lowerPlain(g, node, inputs, choose) });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return removeDeadNodes(g.build());
}
