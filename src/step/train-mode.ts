import { replay } from "../clean/replay.js";
import { batchNames } from "../graph/batch.js";
import { attributesOf, type GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import type { TrainingContext } from "../ops/op.js";
import { parametersMatching } from "../read/parameter-roles.js";

/** Options of {@link trainMode}. */
export interface TrainModeOptions {
  /** `eval` leaves every operator as it is for inference: frozen statistics, no dropout. */
  readonly mode?: "train" | "eval" | undefined;
  /**
   * Batch norms that use and keep their running statistics: all of them, or those with a parameter that a pattern fits.
   */
  readonly frozenBatchNorm?: boolean | string | readonly string[] | undefined;
  /**
   * Where `frozenBatchNorm` says nothing: batch norms that take none of these parameters are frozen. None are, when
   * left out.
   */
  readonly learning?: ReadonlySet<string> | undefined;
  /** Where random numbers come from; left out, nothing is random and dropout does nothing. */
  readonly random?: TrainingContext["random"];
}

/** A graph replayed for training. */
export interface TrainMode {
  /** Every value by the name it had in the inference graph. */
  readonly values: ReadonlyMap<string, Value>;
  /** For every running statistic that is renewed the value it has after the step. */
  readonly state: ReadonlyMap<string, Value>;
}

/**
 * Writes `graph` into `g` as it is while training: a fixed batch size, and every operator that behaves differently then
 * (batch norm with the statistics of the batch, dropout with a mask) in that form.
 * @throws UserError when a pattern of `frozenBatchNorm` fits nothing.
 */
export function trainMode(g: GraphBuilder, graph: Graph, batch: number, options: TrainModeOptions = {}): TrainMode {
  const { mode = "train", random } = options;
  const state = new Map<string, Value>();
  const kept = frozenParameters(graph, options);
  const context = (node: Node): TrainingContext => ({
    name: node.outputs[0]!,
    frozen: (inputs) => inputs.some((value) => value !== undefined && kept.has(value.name)),
    current: ({ name }) => state.get(name) ?? g.value(name),
    renew: ({ name }, next) => {
      if (graph.parameters.has(name)) state.set(name, next);
    },
    random,
  });
  const values = replay(g, graph, {
    bind: batchNames(graph, batch),
    replace: (node, inputs) => {
      const { training } = opOf(node.op, node.domain);
      const given = { inputs, attributes: attributesOf(node), outputCount: node.outputs.length };
      return mode === "eval" ? undefined : training?.(g, given, context(node));
    },
  });
  return { values, state };
}

/** The parameters of normalisations that a model's training leaves as they are. */
function frozenParameters(graph: Graph, { frozenBatchNorm: frozen, learning }: TrainModeOptions): Set<string> {
  const norms = graph.nodes.filter(({ op, domain }) => (opOf(op, domain).state ?? []).length > 0);
  const held = norms.map(({ inputs }) => inputs.slice(1).filter((name) => name !== ""));
  const stay = (own: readonly string[]) => learning !== undefined && !own.some((name) => learning.has(name));
  if (frozen === undefined) return new Set(held.filter(stay).flat());
  const names = [...new Set(held.flat())];
  if (typeof frozen === "boolean") return new Set(frozen ? names : []);
  return new Set(parametersMatching(graph, frozen, names, "parameter of a batch norm"));
}
