import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Model } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { Random } from "../random.js";

/**
 * What ONNX Runtime computes for two images drawn by a seed. Without its optimizations every sum has one order; kernels
 * differ between versions of operators, so results are compared in one.
 */
export async function outputOf(
  { graph, weights }: Model,
  { level, opset }: { level: "disabled" | "all"; opset?: number },
): Promise<Float32Array> {
  const [x] = graph.inputs;
  const shape = x!.shape.map((dim) => (typeof dim === "number" ? dim : 2));
  const random = new Random(7, "images");
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
  const session = await InferenceSession.create(writeOnnx(graph, weights, { opset }), {
    graphOptimizationLevel: level,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const results = await session.run({ [x!.name]: new OrtTensor("float32", data, shape) });
  await session.release();
  return results[graph.outputs[0]!.name]!.data as Float32Array;
}

/** The largest difference of two results relative to the largest number of the second. */
export function differenceOf(a: Float32Array, b: Float32Array): number {
  let [difference, largest] = [0, 0];
  for (const [i, value] of b.entries()) {
    difference = Math.max(difference, Math.abs(value - a[i]!));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}
