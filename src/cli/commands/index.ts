import type { Command } from "commander";

/** A command in the help of `senet`: what is told of it before its file is loaded. */
export interface CommandRow {
  /** Its name with what may follow, as help shows it. */
  readonly term: string;
  readonly description: string;
  /** Imports the command's file; what it runs with is imported when it runs. */
  load(): Promise<Command>;
}

/** Every command, in the order of the help. */
export const commands: readonly CommandRow[] = [
  {
    term: "train [options] [model]",
    description: "Train a network; keep the log, checkpoints, the best, the last and a self-contained model.onnx.",
    load: async () => (await import("./train.js")).train,
  },
  {
    term: "compare [options] [models...]",
    description: "Train networks side by side with several seeds; say whether SE helped, by how much, at what cost.",
    load: async () => (await import("./compare.js")).compare,
  },
  {
    term: "eval [options] [model]",
    description: "Measure a model on the test images of a dataset: accuracy, calibration, what it confuses.",
    load: async () => (await import("./eval.js")).evaluate,
  },
  {
    term: "explain [options]",
    description: "Say what the gates of a model do: by class and channel, and what it loses without them.",
    load: async () => (await import("./explain.js")).explain,
  },
  {
    term: "classify [options] <photos...>",
    description: "Say what photos show: the classes that a model finds likeliest, photo by photo.",
    load: async () => (await import("./classify.js")).classify,
  },
  {
    term: "serve [options] <models...>",
    description: "Answer requests over HTTP: photos or tensors in, answers out, by the Open Inference Protocol.",
    load: async () => (await import("./serve.js")).serve,
  },
  {
    term: "studio [options]",
    description: "Open a page in the browser: draw a letter and see the gates, try models on photos, follow runs.",
    load: async () => (await import("./studio.js")).studio,
  },
  {
    term: "insert [options] <model>",
    description: "Put Squeeze-and-Excitation, or another attention block, into a model that exists; its answers stay.",
    load: async () => (await import("./insert.js")).insert,
  },
  {
    term: "models [options]",
    description: "List the networks that can be built by name, with their parameters and multiply-accumulates.",
    load: async () => (await import("./models.js")).models,
  },
  {
    term: "profile [options] [model]",
    description:
      "Count what a network takes: parameters, multiply-accumulates, activations, memory, the share of attention.",
    load: async () => (await import("./profile.js")).profile,
  },
  {
    term: "data",
    description: "Say what datasets there are, look into them, fetch them.",
    load: async () => (await import("./data.js")).data,
  },
  {
    term: "pull [options] [id]",
    description: "Fetch a model of the Hugging Face hub into the cache; goes on where it broke off, checks what came.",
    load: async () => (await import("./pull.js")).pull,
  },
  {
    term: "run [options] [model]",
    description: "Run a model on a batch of images: x float32 [N, C, H, W] gives logits [N, classes].",
    load: async () => (await import("./run.js")).runModel,
  },
  {
    term: "gradients [options] [model]",
    description: "Compute the mean cross-entropy of a batch and its gradient for every parameter; dropout is off.",
    load: async () => (await import("./gradients.js")).gradients,
  },
  {
    term: "export [options] <model>",
    description: "Write a network as one .onnx file, or with --training its training step, for any ONNX Runtime.",
    load: async () => (await import("./export.js")).exportModel,
  },
  {
    term: "prune [options] [model]",
    description: "Write a model with fewer channels: those that gates keep shut go, with what made and read them.",
    load: async () => (await import("./prune.js")).prune,
  },
  {
    term: "convert [options] <in> [out]",
    description: "Convert weights between PyTorch checkpoints, safetensors and ONNX, or list them.",
    load: async () => (await import("./convert.js")).convert,
  },
  {
    term: "doctor [options] [what]",
    description: "Say what computes here: engine, cores, memory; under MPI the ranks, their library and its speed.",
    load: async () => (await import("./doctor.js")).doctor,
  },
  {
    term: "bench",
    description: "Time the engine on this machine.",
    load: async () => (await import("./bench.js")).bench,
  },
];

/** The name of a command. */
export function nameOf({ term }: CommandRow): string {
  return term.split(" ")[0]!;
}
