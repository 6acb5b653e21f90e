import { UserError } from "../../errors.js";
import type { Program } from "../../evaluate/ask.js";
import { readOnnx } from "../../graph/onnx/read-onnx.js";
import { checkInference } from "./check-memory.js";

/**
 * Refuses a batch that the memory does not hold; of a file whose operators only the engine knows nothing is counted.
 * @param image [C, H, W].
 * @throws UserError as `checkInference`.
 */
export async function checkProgram({ onnx, input }: Program, image: readonly number[], batch: number): Promise<void> {
  const own = input.layout === "NCHW" ? image : [...image.slice(1), image[0]!];
  let graph: Parameters<typeof checkInference>[0];
  try {
    graph = readOnnx(onnx, { image: own }).graph;
  } catch (error) {
    if (error instanceof UserError) return;
    throw error;
  }
  await checkInference(graph, input.batch === undefined ? batch : 1);
}
