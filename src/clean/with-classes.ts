import { UserError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { ShapeError } from "../graph/dims/shape.js";
import type { Graph, Node } from "../graph/graph.js";
import { elements, float32, int64, type Tensor, toNumbers } from "../graph/tensor.js";
import { endOf } from "../read/head.js";
import { replay } from "./replay.js";

/**
 * The same network for another number of classes: the parameters of its last layer, and of norms and scales behind it,
 * have other shapes and start anew. Shapes that are written down there follow.
 * @throws UserError when there is no such layer, or what follows it does not take other sizes.
 */
export function withClasses(graph: Graph, classes: number): Graph {
  const end = endOf(graph);
  const parameters = new Map(graph.parameters);
  for (const { name, axis, init } of end.parameters) {
    const parameter = graph.parameters.get(name)!;
    parameters.set(name, { ...parameter, shape: parameter.shape.with(axis, classes), init });
  }
  const tail = new Set(end.tail);
  const g = new GraphBuilder(graph.name);
  const follow = (node: Node, name: string): string => {
    const constant = graph.constants.get(name);
    const changed = constant && resized(graph, node, constant, end.classes, classes);
    return changed === undefined ? name : g.constant(changed).name;
  };
  try {
    const values = replay(
      g,
      { ...graph, parameters },
      {
        replace: (node, inputs) => {
          if (!tail.has(node)) return undefined;
          const names = inputs.map((value) => value?.name ?? "");
          return g.append({ ...node, inputs: names.map((name) => follow(node, name)) });
        },
      },
    );
    for (const { name } of graph.outputs) g.output(values.get(name)!, name);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new UserError(
      `${graph.name}: ${error.message}, once its last layer is for ${classes} classes in the place of ${end.classes}; ` +
        `give data of ${end.classes} classes, or a model whose last layer gives the logits`,
    );
  }
  const changed = g.build();
  const got = changed.outputs[0]!.shape.find((dim, i) => i > 0 && dim === classes) ?? changed.outputs[0]!.shape.at(-1);
  if (got === classes) return changed;
  throw new UserError(`${graph.name}: got ${got} logits with a last layer for ${classes} classes; expected as many`);
}

/** A constant behind the last layer for another number of classes; undefined where it does not hang on that. */
function resized(graph: Graph, node: Node, tensor: Tensor, from: number, to: number): Tensor | undefined {
  const { dtype, shape } = tensor;
  if (dtype === "int64") {
    const numbers = toNumbers(tensor);
    if (node.op !== "Reshape" || !numbers.includes(from)) return undefined;
    return int64(shape, numbers.with(numbers.lastIndexOf(from), to));
  }
  const axis = shape.lastIndexOf(from);
  if (dtype !== "float32" || axis < 0 || from === to) return undefined;
  const numbers = toNumbers(tensor);
  if (numbers.some((value) => value !== numbers[0])) {
    throw new UserError(
      `${graph.name}: got numbers of their own for each of ${from} classes in ${node.op} (${node.name}), behind the last ` +
        `layer; expected none where the data has ${to} classes`,
    );
  }
  const changed = shape.with(axis, to);
  return float32(changed, Array<number>(elements(changed)).fill(numbers[0]!));
}
