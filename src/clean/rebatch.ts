import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { formatShape } from "../graph/dims/shape.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { int64, toNumbers } from "../graph/tensor.js";
import { replay } from "./replay.js";

/**
 * A copy of a graph that was exported for one batch size and takes any: the first axis of its inputs becomes `"N"`, and
 * so does that size where a Reshape or Expand writes it first. Graphs whose batch is symbolic are given back as they
 * are.
 * @throws UserError when the batch size is part of the network in another way.
 * @example
 * ```ts
 * import { bindDims, rebatch } from "senet/graph";
 * import { createModel } from "senet";
 *
 * const fixed = bindDims(createModel("resnet20"), { N: 1 }); // as many exporters write it
 * console.log(rebatch(fixed).inputs[0]?.shape); // [ 'N', 3, 32, 32 ]
 * ```
 */
export function rebatch(graph: Graph): Graph {
  const batch = graph.inputs[0]?.shape[0];
  if (typeof batch !== "number") return graph;
  const inputs = graph.inputs.map(({ shape, ...input }) => ({
    ...input,
    shape: shape[0] === batch ? ["N", ...shape.slice(1)] : shape,
  }));
  try {
    const g = new GraphBuilder(graph.name);
    const values = replay(g, { ...graph, inputs }, { replace: (node, given) => reshaped(g, node, given, batch) });
    for (const { name } of graph.outputs) g.output(values.get(name)!, name);
    const made = g.build();
    const fixed = made.outputs.find(({ shape }) => shape[0] !== "N");
    if (fixed !== undefined) throw new Error(`output ${fixed.name} became ${formatShape(fixed.shape)}`);
    return made;
  } catch (error) {
    throw new UserError(
      `${graph.name}: got a model fixed to batches of ${batch} that cannot be made to take others ` +
        `(${error instanceof Error ? error.message : error}); export it with a dynamic batch ` +
        "(PyTorch: dynamic_axes={'x': {0: 'batch'}})",
    );
  }
}

/** A Reshape or Expand to a shape that begins with the old batch size, where the batch is its data's first axis. */
function reshaped(g: GraphBuilder, node: Node, [data, target]: readonly (Value | undefined)[], batch: number) {
  if ((node.op !== "Reshape" && node.op !== "Expand") || node.domain !== "") return undefined;
  const shape = target && g.constantOf(target);
  if (shape === undefined || data?.shape[0] !== "N" || toNumbers(shape)[0] !== batch) return undefined;
  if (node.op === "Expand" && shape.shape[0] !== data.shape.length) return undefined;
  // 0 keeps an extent in Reshape, 1 does in Expand.
  const kept = [node.op === "Reshape" ? 0 : 1, ...toNumbers(shape).slice(1)];
  const { allowzero: _, ...attributes } = node.attributes;
  return g.append({ ...node, attributes, inputs: [data.name, g.constant(int64([kept.length], kept)).name] });
}
