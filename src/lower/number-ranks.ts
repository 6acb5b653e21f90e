import { removeDeadNodes } from "../clean/dead-nodes.js";
import { replay } from "../clean/replay.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";

/**
 * Gives numbers that are broadcast over weights [O, I, 1, 1] as many axes as the weights have. ONNX Runtime's kernels
 * join equal trailing axes into one loop, except where one side has fewer: then the loop is as long as the last axis,
 * 1, and an update of weights takes twenty times as long.
 */
export function withNumberRanks(graph: Graph): Graph {
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph, {
    replace: (node, inputs) => {
      const wide = broadcasts(node) ? widest(inputs) : undefined;
      if (wide === undefined) return undefined;
      const rank = wide.shape.length;
      const raised = inputs.map((value) =>
        value && isNumber(value) && value.shape.length < rank ? raise(g, value, rank) : value,
      );
      return g.append({ ...node, inputs: namesOf(raised) });
    },
  });
  for (const { name } of graph.outputs) g.output(values.get(name)!);
  return removeDeadNodes(g.build());
}

/** True for arithmetic between tensors, which may be broadcast, and the choice between them. */
function broadcasts(node: Node): boolean {
  return isOfKind(node, "join", "elementwise") || node.op === "Where";
}

/** The input that numbers are broadcast over, where its last axis is too short to loop over. */
function widest(inputs: readonly (Value | undefined)[]): Value | undefined {
  const given = inputs.filter((value) => value !== undefined);
  const wide = given.find((value) => !isNumber(value));
  const others = given.filter((value) => value !== wide);
  return wide?.shape.at(-1) === 1 && others.some((value) => isNumber(value)) ? wide : undefined;
}

function isNumber({ shape }: Value): boolean {
  return shape.every((dim) => dim === 1);
}

function raise(g: GraphBuilder, value: Value, rank: number): Value {
  const shape = Array.from({ length: rank }, () => 1);
  const known = g.constantOf(value);
  return known === undefined ? g.call("Reshape", [value, g.ints(shape)]) : g.constant({ ...known, shape });
}

function namesOf(values: readonly (Value | undefined)[]): Node["inputs"] {
  return values.map((value) => value?.name ?? "");
}
