import type { InferenceSession } from "onnxruntime-node";

/** What a session is opened with. */
export interface SessionSettings {
  readonly threads: number;
  /** False: threads of the engine sleep between runs, where others need the cores. */
  readonly spin: boolean;
  /** True for a training step, whose state a run renews. */
  readonly renews: boolean;
  /** The folder of tensors that are kept outside of the file. */
  readonly folder?: string | undefined;
}

/** How a graph is opened, after measurements: see docs/benchmarks.md. */
export function sessionOptions({ threads, spin, renews, folder }: SessionSettings): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    // A plan of memory holds a second arena beside the one that the first run has filled: the peak of a training step
    // goes up by two thirds, its time stays.
    enableMemPattern: !renews,
    // Denormals slow a step down many times over and carry no information.
    extra: {
      session: {
        set_denormal_as_zero: "1",
        intra_op: { allow_spinning: spin ? "1" : "0" },
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
      },
    },
  };
}
