import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { headOf } from "../read/head.js";
import { bindDims } from "./replay.js";

/**
 * The same network for another number of classes: the parameters of its last layer have other shapes and start anew.
 * @throws UserError when there is no such layer, or what follows it does not take other sizes.
 */
export function withClasses(graph: Graph, classes: number): Graph {
  const parameters = new Map(graph.parameters);
  for (const { name, axis, fanIn } of headOf(graph)) {
    const parameter = graph.parameters.get(name)!;
    const shape = parameter.shape.with(axis, classes);
    parameters.set(name, { ...parameter, shape, init: { kind: "uniform-fan-in", fanIn } });
  }
  const changed = bindDims({ ...graph, parameters }, {});
  const got = changed.outputs[0]!.shape.at(-1);
  if (got === classes) return changed;
  throw new UserError(`${graph.name}: got ${got} logits with a last layer for ${classes} classes; expected as many`);
}
