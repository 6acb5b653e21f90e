import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { broadcastShapes, concrete, extent, formatShape, ShapeError, sameShape } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { type Op, required } from "./op.js";
import { unbroadcast } from "./rules/broadcast.js";

const attributes = {
  alpha: attribute("float", 1),
  beta: attribute("float", 1),
  transA: attribute("int", 0),
  transB: attribute("int", 0),
};

/** y = α·A·B + β·C, A and B transposed where asked: A [I, K], B [K, J], C broadcast to [I, J]. */
export const Gemm: Op<typeof attributes> = {
  domain: "",
  kind: "layer",
  enlarges: false,
  bias: 2,
  attributes,
  shape: ({ inputs, attributes: { transA, transB } }) => {
    const [a, b] = [required(inputs, 0, "A"), required(inputs, 1, "B")];
    const [ai, ak] = transA ? [a.shape[1], a.shape[0]] : a.shape;
    const [bk, bj] = transB ? [b.shape[1], b.shape[0]] : b.shape;
    if (a.shape.length !== 2 || b.shape.length !== 2 || ak !== bk) {
      throw new ShapeError({
        given: `A ${formatShape(a.shape)}, B ${formatShape(b.shape)}, transA ${transA}, transB ${transB}`,
        expected: "A [I, K] and B [K, J] once transposed",
      });
    }
    const shape = [ai!, bj!];
    const c = inputs[2];
    if (c !== undefined && !sameShape(broadcastShapes(shape, c.shape), shape)) {
      throw new ShapeError({
        given: `C ${formatShape(c.shape)}`,
        expected: `a shape that stretches to ${formatShape(shape)}`,
      });
    }
    return [{ dtype: a.dtype, shape }];
  },
  gradient: (g, dy, { inputs, attributes: { alpha, beta, transA, transB } }) => {
    const [a, b, c] = [required(inputs, 0, "A"), required(inputs, 1, "B"), inputs[2]];
    return [
      // d(A or Aᵀ) = α·dy·Bᵀ and α·B·dyᵀ when A enters transposed
      () => (transA ? product(g, b, transB, dy, 1, alpha) : product(g, dy, 0, b, 1 - transB, alpha)),
      () => (transB ? product(g, dy, 1, a, transA, alpha) : product(g, a, 1 - transA, dy, 0, alpha)),
      c && (() => unbroadcast(g, beta === 1 ? dy : g.call("Mul", [dy, g.scalar(beta)]), c)),
    ];
  },
  macs: ({ inputs, attributes: { transA } }, outputs) =>
    elements(concrete(outputs[0]!)) * extent(required(inputs, 0, "A"), transA ? 0 : 1),
};

function product(g: GraphBuilder, a: Value, transA: number, b: Value, transB: number, alpha: number): Value {
  return g.call("Gemm", [a, b], { transA, transB, alpha });
}
