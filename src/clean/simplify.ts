import { GraphBuilder } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { opOf } from "../ops/index.js";
import { removeDeadNodes } from "./dead-nodes.js";
import { movesNothing } from "./moves-nothing.js";
import { withOutputNames } from "./output-names.js";
import { replay } from "./replay.js";
import { withStaticTarget } from "./static-targets.js";
import { unifyConstants } from "./unify-constants.js";

/** Options of {@link simplify}. */
export interface SimplifyOptions {
  /** For a graph that is not to be trained any more: dropout goes too. */
  readonly inference?: boolean;
}

/**
 * Leaves out what exporters write and nothing needs: shape arithmetic whose result can stand in a constant (-1 in the
 * place of a named batch), nodes that move nothing, Identity above all, equal constants, dead nodes. A parameter that
 * reached several nodes through Identity is one shared parameter. Inputs, outputs and their names stay, and so do all
 * results.
 * @example
 * ```ts
 * import { GraphBuilder, simplify } from "senet/graph";
 *
 * const g = new GraphBuilder("net");
 * const x = g.input("x", "float32", ["N", 3]);
 * g.output(g.call("Relu", [g.call("Identity", [x])]), "y");
 * console.log(g.build().nodes.length, simplify(g.build()).nodes.length); // 3 1
 * ```
 */
export function simplify(graph: Graph, { inference = false }: SimplifyOptions = {}): Graph {
  const named = withOutputNames(graph);
  const g = new GraphBuilder(graph.name);
  const values = replay(g, named, {
    replace: (node, inputs) => {
      const written = { ...node, inputs: inputs.map((value) => value?.name ?? "") };
      if (movesNothing(g, written, inference)) return [inputs[0]!];
      const simpler = withStaticTarget(g, written, inputs);
      return simpler && g.append(simpler);
    },
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  return withState(removeDeadNodes(unifyConstants(g.build())));
}

/** Parameters that turn out to be running statistics, once no Identity hides where they go, are not trainable. */
function withState(graph: Graph): Graph {
  const state = new Set(
    graph.nodes.flatMap(({ op, domain, inputs }) => (opOf(op, domain).state ?? []).map((i) => inputs[i] ?? "")),
  );
  const parameters = [...graph.parameters].map(([name, parameter]) => {
    return [name, state.has(name) ? { ...parameter, trainable: false } : parameter] as const;
  });
  return { ...graph, parameters: new Map(parameters) };
}
