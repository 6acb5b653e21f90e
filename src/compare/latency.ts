import type { Model } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx-write.js";
import { elements } from "../graph/tensor.js";
import type { Runtime, Session } from "../runtime/runtime.js";

/** Options of `latencies`. */
export interface LatencyOptions {
  readonly batch: number;
  /** Rounds measured for every model, after `warmup` that are not. */
  readonly rounds?: number;
  readonly warmup?: number;
}

/**
 * Inference time of several models, measured in turn in one go so that a noisy machine disturbs all alike.
 * @returns the median for each model, in milliseconds per image.
 */
export async function latencies(
  runtime: Runtime,
  models: readonly Model[],
  { batch, rounds = 60, warmup = 5 }: LatencyOptions,
): Promise<number[]> {
  const sessions: Session[] = [];
  for (const { graph, weights } of models) sessions.push(await runtime.open(writeOnnx(graph, weights)));
  const feeds = models.map(({ graph }) => {
    const { name, shape } = graph.inputs[0]!;
    const sizes = [batch, ...shape.slice(1).map(Number)];
    // Any pixels do: the time of a convolution does not depend on its values.
    const data = new Float32Array(elements(sizes)).map((_, i) => Math.sin(i));
    return { [name]: { dtype: "float32" as const, shape: sizes, data } };
  });
  const times: number[][] = models.map(() => []);
  try {
    for (let round = 0; round < warmup + rounds; round++) {
      for (const [i, session] of sessions.entries()) {
        const [milliseconds] = await session.time(feeds[i]!, 1);
        if (round >= warmup) times[i]!.push(milliseconds! / batch);
      }
    }
  } finally {
    await Promise.all(sessions.map((session) => session.release()));
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!);
}
