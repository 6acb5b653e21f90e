import type { Tensor } from "../../graph/tensor.js";
import type { Runtime } from "../../runtime/runtime.js";
import { labelsOf, openForBatch, readImageBatch } from "./image-batch.js";
import type { ModelQuery, Opening } from "./model-query.js";

/** The loss of a batch and what it says of every parameter. */
export interface BatchGradients {
  /** The mean cross-entropy, a float32 scalar. */
  readonly loss: Tensor;
  /** The gradient of every parameter under its name. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

/**
 * Computes the mean cross-entropy of a batch and its gradient for every parameter of a model; dropout is off.
 * @param path a `.safetensors` file with `x` float32 [N, C, H, W] and `y` int64 [N].
 * @param mode whether batch norms take the statistics of the batch (`train`) or their running ones (`eval`).
 * @throws UserError when file and model do not fit each other.
 */
export async function batchGradients(
  runtime: Runtime,
  query: ModelQuery,
  path: string,
  mode: "train" | "eval",
  opening: Opening = {},
): Promise<BatchGradients> {
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { crossEntropy } = await import("../../train/losses.js");
  const { gradientStep } = await import("../../step/gradient-step.js");
  const batch = await readImageBatch(path);
  const { graph, weights } = await openForBatch(query, batch, opening);
  const { x } = batch;
  const y = labelsOf(batch, path, graph.outputs[0]!.shape[1]);
  const step = gradientStep(graph, { batch: x.shape[0]!, loss: crossEntropy(), mode });
  if (step.unused.length > 0) opening.onNotice?.({ kind: "zero-gradients", parameters: step.unused });
  const session = await runtime.open(writeOnnx(step.graph));
  try {
    const { loss, ...found } = await session.run({ ...Object.fromEntries(weights), x, y });
    const named = Object.entries(found).map(([name, tensor]) => [name.replace(/^grad\./, ""), tensor] as const);
    return { loss: loss!, gradients: new Map(named) };
  } finally {
    await session.release();
  }
}
