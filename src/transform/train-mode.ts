import type { AttributesOf } from "../graph/attributes.js";
import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import type { BatchNormalization } from "../ops/batch-normalization.js";
import { replay } from "./replay.js";

/** A graph replayed for training. */
export interface TrainMode {
  /** Every value by the name it had in the inference graph. */
  readonly values: ReadonlyMap<string, Value>;
  /** For every running statistic the value it has after the step. */
  readonly state: ReadonlyMap<string, Value>;
}

/**
 * Writes `graph` into `g` as it is while training: a fixed batch size, and batch normalisation with the
 * statistics of the batch, whose running averages become results of the step.
 * @param momentum weight of the batch's statistics in the running ones, 0–1 (PyTorch's meaning and default, 0.1).
 */
export function trainMode(g: GraphBuilder, graph: Graph, batch: number, momentum = 0.1): TrainMode {
  const state = new Map<string, Value>();
  const bind = Object.fromEntries(
    graph.inputs.flatMap(({ shape: [n] }) => (typeof n === "string" ? [[n, batch]] : [])),
  );
  const values = replay(g, graph, {
    bind,
    replace: (node, inputs) => {
      if (node.op !== "BatchNormalization") return undefined;
      const { epsilon } = attributesOf(node) as AttributesOf<typeof BatchNormalization.attributes>;
      const [y, mean, variance] = g.callMany("BatchNormTraining", inputs, { epsilon, momentum }, 5, node.outputs[0]);
      state.set(node.inputs[3]!, mean!);
      state.set(node.inputs[4]!, variance!);
      return [y!];
    },
  });
  return { values, state };
}
