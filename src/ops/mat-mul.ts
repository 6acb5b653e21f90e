import type { GraphBuilder } from "../graph/builder.js";
import { broadcastShapes, concrete, extent, formatShape, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Value } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";

const attributes = {};

/** y = A·B over the last two axes, the axes before them broadcast: A [.., I, K], B [.., K, J] -> [.., I, J]. */
export const MatMul: Op<typeof attributes> = {
  domain: "",
  kind: "layer",
  enlarges: false,
  bias: undefined,
  attributes,
  shape: ({ inputs }) => {
    const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
    if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
      throw new ShapeError({
        given: `A ${formatShape(a.shape)}, B ${formatShape(b.shape)}`,
        expected: "A [.., I, K] and B [.., K, J]",
      });
    }
    const batch: Dim[] = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: a.dtype, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] }];
  },
  gradient: (g, dy, { inputs }) => {
    const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
    return [
      () => unbroadcast(g, g.call("MatMul", [dy, transposed(g, b)]), a), // dA = dy·Bᵀ
      () => unbroadcast(g, g.call("MatMul", [transposed(g, a), dy]), b), // dB = Aᵀ·dy
    ];
  },
  macs: ({ inputs }, outputs) => elements(concrete(outputs[0]!)) * extent(required(inputs, 0, "A"), -1),
  // ONNX takes vectors as well, as NumPy does: a row before a matrix, a column behind one, without the axis in the product.
  upgrade: (g, node) => {
    const [a, b] = node.inputs.map((name) => g.value(name)) as [Value, Value];
    const row = a.shape.length === 1;
    const column = b.shape.length === 1;
    if (!row && !column) return node;
    const left = row ? g.call("Unsqueeze", [a, g.ints([0])]) : a;
    const right = column ? g.call("Unsqueeze", [b, g.ints([1])]) : b;
    const axes = g.ints([...(row ? [-2] : []), ...(column ? [-1] : [])]);
    return { ...node, op: "Squeeze", inputs: [g.call("MatMul", [left, right]).name, axes.name] };
  },
};

/** The last two axes swapped. */
function transposed(g: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  const perm = x.shape.map((_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2));
  return g.call("Transpose", [x], { perm });
}
