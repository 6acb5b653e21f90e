import type { ModelStatistics, Total } from "./model-statistics.js";

/** The statistics of a model. Source: Triton, statistics extension; times are in nanoseconds. */
export function statisticsJson(name: string, version: string, statistics: ModelStatistics) {
  const { success, failed, times, batches, rows, runs, last } = statistics;
  return {
    name,
    version,
    last_inference: last,
    inference_count: rows,
    execution_count: runs,
    inference_stats: {
      success: total(success),
      fail: total(failed),
      queue: total(times.queue),
      compute_input: total(times.input),
      compute_infer: total(times.infer),
      compute_output: total(times.output),
      cache_hit: { count: 0, ns: 0 },
      cache_miss: { count: 0, ns: 0 },
    },
    batch_stats: [...batches]
      .sort(([a], [b]) => a - b)
      .map(([batch_size, { input, infer, output }]) => ({
        batch_size,
        compute_input: total(input),
        compute_infer: total(infer),
        compute_output: total(output),
      })),
  };
}

function total({ count, milliseconds }: Total) {
  return { count, ns: Math.round(milliseconds * 1e6) };
}
