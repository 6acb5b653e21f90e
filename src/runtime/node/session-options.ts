import type { InferenceSession } from "onnxruntime-node";

/**
 * How a graph is opened, after measurements: see docs/benchmarks.md.
 * @param renews true for a training step, whose state a run renews.
 */
export function sessionOptions(threads: number, renews: boolean): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    // A plan of memory holds a second arena beside the one that the first run has filled: the peak of a training step
    // goes up by two thirds, its time stays.
    enableMemPattern: !renews,
    // Denormals slow a step down many times over and carry no information.
    extra: { session: { set_denormal_as_zero: "1" } },
  };
}
