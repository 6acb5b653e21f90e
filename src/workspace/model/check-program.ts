import { UserError } from "../../errors.js";
import type { Program } from "../../evaluate/ask.js";
import type { Graph } from "../../graph/graph.js";
import { checkInference } from "./check-memory.js";

/**
 * Refuses a batch that the memory does not hold; of a file whose operators only the engine knows nothing is counted.
 * @param image [C, H, W].
 * @throws UserError as `checkInference`.
 */
export async function checkProgram(program: Program, image: readonly number[], batch: number): Promise<void> {
  const { graph = await readGraph(program, image), input } = program;
  if (graph !== undefined) await checkInference(graph, input.batch === undefined ? batch : 1);
}

async function readGraph({ onnx, input }: Program, image: readonly number[]): Promise<Graph | undefined> {
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const own = input.layout === "NCHW" ? image : [...image.slice(1), image[0]!];
  try {
    return readOnnx(onnx, { image: own }).graph;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
