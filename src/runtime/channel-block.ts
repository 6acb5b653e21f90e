import { EngineError } from "../errors.js";
import { GraphBuilder } from "../graph/builder.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32 } from "../graph/tensor.js";
import type { Runtime } from "./runtime.js";

/** More channels than any known block, and a multiple of all of them. */
const channels = 64;

/**
 * Finds out how many channels an engine's own convolution layout puts side by side: reorders a map of two pixels whose
 * values number its channels, and counts how many channels lie before the second pixel. Undefined where the engine
 * does not know the layout.
 */
export async function probeChannelBlock(runtime: Pick<Runtime, "open">): Promise<number | undefined> {
  const g = new GraphBuilder("probe");
  const x = g.input("x", "float32", [1, channels, 1, 2]);
  // The sum keeps the engine from undoing a reordering that nothing uses.
  const reordered = g.call("ReorderInput", [x]);
  g.output(g.call("Add", [reordered, reordered]), "y");
  try {
    const session = await runtime.open(writeOnnx(g.build()));
    const numbered = Float32Array.from({ length: 2 * channels }, (_, i) => (i % 2) + 1); // 1 at the first pixel, 2 at the second
    const { y } = await session.run({ x: float32([1, channels, 1, 2], numbered) });
    await session.release();
    const block = (y!.data as Float32Array).indexOf(4); // twice 2
    return block > 1 && channels % block === 0 ? block : undefined;
  } catch (error) {
    if (error instanceof EngineError) return undefined; // an engine without these operators refuses the graph
    throw error;
  }
}
