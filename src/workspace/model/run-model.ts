import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Runtime } from "../../runtime/runtime.js";
import { forModelFile } from "./for-model-file.js";
import { type ImageBatch, openForBatch } from "./image-batch.js";
import type { ModelQuery, Opening } from "./model-query.js";

/**
 * Runs the model of a query on a batch of images.
 * @returns logits [N, classes].
 * @throws UserError when there is no such model, the images do not fit it, or it gives something else.
 */
export async function runModel(
  runtime: Runtime,
  query: ModelQuery,
  batch: ImageBatch,
  opening: Opening = {},
): Promise<Tensor> {
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { graph, weights } = await openForBatch(query, batch, opening);
  const session = await forModelFile(runtime, query.model).open(writeOnnx(graph, weights));
  try {
    const logits = (await session.run({ [graph.inputs[0]!.name]: batch.x }))[graph.outputs[0]!.name]!;
    if (logits.shape.length === 2) return logits;
    throw new UserError(`${query.model}: got an output ${formatShape(logits.shape)}; expected logits [N, classes]`);
  } finally {
    await session.release();
  }
}
