import { elements, float32, type Tensor, toNumbers } from "../graph/tensor.js";
import { buildGraph, compute, floats } from "./build-graph.js";
import { checkGradient } from "./check-gradient.js";
import { largestError } from "./naive-conv.js";
import { randomTensor } from "./random-tensor.js";
import { upgraded } from "./upgraded.js";

/** Shapes and axes of Softmax and LogSoftmax in a file of opset 12; undefined is an axis that is left out. */
const cases: readonly (readonly [readonly number[], number | undefined])[] = [
  [[2, 5], undefined],
  [[2, 3, 2, 2], undefined],
  [[2, 3, 2, 2], 2],
  [[2, 3, 2, 2], -1],
  [[2, 3, 1, 1], undefined],
  [[3, 2], 0],
  [[4], 0],
];

/**
 * Holds values and gradients of the old form of an operator against its definition, and its shape with a symbolic
 * batch.
 */
export async function checkFlattened(op: "Softmax" | "LogSoftmax"): Promise<void> {
  const old = (g: Parameters<typeof upgraded>[0], name: string, axis: number | undefined, opset = 12) =>
    upgraded(g, { op, inputs: [name], attributes: axis === undefined ? {} : { axis: { int: axis } } }, opset);
  for (const [shape, axis] of cases) {
    const x = randomTensor(shape, 1, { low: -2, high: 2 });
    const [y] = await compute([x], (g, a) => old(g, a.name, axis));
    const error = largestError(y!, flattened(op, x, axis ?? 1));
    if (!(error < 1e-6)) throw new Error(`${op} of [${shape}], axis ${axis}: got an error of ${error}`);
    await checkGradient([x], (g, a) => old(g, a.name, axis));
  }
  const symbolic = buildGraph([floats("N", "T", 3, 2)], (g, a) => old(g, a.name, 2)).outputs[0]!.shape;
  if (symbolic.join() !== "N,T,3,2") throw new Error(`${op} of [N, T, 3, 2]: got [${symbolic}]`);
  const kept = buildGraph([floats("N", 3, 2)], (g, a) => [old(g, a.name, undefined, 13)]);
  if (kept.nodes.length !== 1) {
    throw new Error(`${op} of opset 13: got ${kept.nodes.length} nodes; expected it as it is`);
  }
}

function flattened(op: "Softmax" | "LogSoftmax", x: Tensor, axis: number): Tensor<"float32"> {
  const size = elements(x.shape.slice(axis));
  const values = toNumbers(x);
  const sums = values.map((_, i) => {
    const start = i - (i % size);
    return values.slice(start, start + size).reduce((sum, value) => sum + Math.exp(value), 0);
  });
  return float32(
    x.shape,
    values.map((value, i) => (op === "Softmax" ? Math.exp(value) / sums[i]! : value - Math.log(sums[i]!))),
  );
}
