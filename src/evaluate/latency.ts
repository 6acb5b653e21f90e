import { median } from "../evaluate/median.js";
import type { Model } from "../graph/graph.js";
import { viewOf } from "../graph/model-view.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { elements } from "../graph/tensor.js";
import { type InputForm, readInput } from "../read/input-form.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { feedOf } from "./ask.js";

/** Options of `latencies`. */
export interface LatencyOptions {
  readonly batch: number;
  /** Rounds measured for every model, after `warmup` that are not. */
  readonly rounds?: number;
  readonly warmup?: number;
  /** Stops it between two runs. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every run with the place of its model. */
  readonly onRun?: ((model: number) => void) | undefined;
}

/** A model as the bytes of an `.onnx` file, and the shape of its images [C, H, W]. */
export interface TimedModel {
  readonly onnx: Uint8Array;
  /** Where tensors lie that are kept outside of the file. */
  readonly folder?: string | undefined;
  readonly input: InputForm;
  readonly image: readonly number[];
}

/**
 * Inference time of several models, measured in turn in one go so that a noisy machine disturbs all alike.
 * @returns the median for each model, in milliseconds per image.
 * @throws the signal's reason when it is aborted.
 */
export async function latencies(
  runtime: Runtime,
  models: readonly Model[],
  options: LatencyOptions,
): Promise<number[]> {
  const timed = models.map(({ graph, weights }): TimedModel => {
    const image = graph.inputs[0]!.shape.slice(1).map(Number);
    return { onnx: writeOnnx(graph, weights), input: readInput(viewOf(graph), graph.name), image };
  });
  return (await runTimes(runtime, timed, options)).map((times) => median(times) / options.batch);
}

/** The times of single runs, for each model in the order of the rounds, in milliseconds; see {@link latencies}. */
export async function runTimes(
  runtime: Runtime,
  models: readonly TimedModel[],
  { batch, rounds = 60, warmup = 5, signal, onRun }: LatencyOptions,
): Promise<number[][]> {
  const sessions: Session[] = [];
  const feeds = models.map(({ input, image }) => {
    const shape = [batch, ...image] as [number, number, number, number];
    // Any pixels do: the time of a convolution does not depend on its values.
    const data = new Float32Array(elements(shape)).map((_, i) => Math.sin(i));
    return { [input.name]: feedOf(input, { data, shape }) };
  });
  const times: number[][] = models.map(() => []);
  try {
    for (const { onnx, folder } of models) {
      signal?.throwIfAborted();
      sessions.push(await runtime.open(onnx, { folder }));
    }
    for (let round = 0; round < warmup + rounds; round++) {
      for (const [i, session] of sessions.entries()) {
        signal?.throwIfAborted();
        const [milliseconds] = await session.time(feeds[i]!, 1);
        onRun?.(i);
        if (round >= warmup) times[i]!.push(milliseconds!);
      }
    }
  } finally {
    await Promise.all(sessions.map((session) => session.release()));
  }
  return times;
}
