import * as z from "zod/mini";

/** Null stands for a value that JSON cannot hold: the loss of a run that diverged. */
const loss = z.nullable(z.number());

const epoch = z.object({
  epoch: z.int(),
  lr: z.number(),
  trainLoss: loss,
  /** The mean loss over each of several equal parts of the epoch, for a curve. */
  trainLosses: z.exactOptional(z.array(loss)),
  /** Percent. */
  trainTop1: z.number(),
  testLoss: loss,
  /** Percent. */
  testTop1: z.number(),
  /** Training images per second. */
  imagesPerSecond: z.number(),
  seconds: z.number(),
  /** The share of the training time, 0 to 1, in which a step waited for its images. */
  dataWait: z.exactOptional(z.number()),
});

const gate = z.object({
  /** Where the block sits: "layer1.0.se". */
  site: z.string(),
  channels: z.int(),
  /** [channels] mean over the test images, 0–1. */
  mean: z.array(z.number()),
  /** [channels] standard deviation over the test images. */
  std: z.array(z.number()),
  /** [classes][channels] mean over the test images of a class. */
  perClass: z.exactOptional(z.array(z.array(z.number()))),
});

const run = z.object({
  seed: z.int(),
  epochs: z.array(epoch),
  /** Top-1 error on the test images, percent. */
  testError: z.number(),
  /** Rows true, columns predicted. */
  confusion: z.array(z.array(z.int())),
  /** One class index per test image, in the order of `labels`. */
  predictions: z.array(z.int()),
  gates: z.array(gate),
  /** Path of the trained model, relative to the results file. */
  model: z.string(),
});

const model = z.object({
  name: z.string(),
  params: z.number(),
  /** Multiply-accumulates for one image. */
  macs: z.number(),
  /** "se r=16", or "none". */
  attention: z.string(),
  /** How many gates weigh places of a map instead of channels; no run has statistics of them. */
  spatialGates: z.exactOptional(z.int()),
  runs: z.array(run).check(z.minLength(1)),
  /** Percent, over the runs. */
  errorMean: z.number(),
  /** Sample standard deviation over the runs; null with a single run, which has none. */
  errorStd: z.nullable(z.number()),
  trainImagesPerSecond: z.number(),
  inferenceMsPerImage: z.object({ batch1: z.number(), batch32: z.exactOptional(z.number()) }),
});

const comparison = z.object({
  baseline: z.string(),
  candidate: z.string(),
  /** Points of top-1 error the candidate saves; below 0 it costs. */
  gain: z.number(),
  /** 95 % interval of `gain`. */
  interval: z.tuple([z.number(), z.number()]),
  /** Degrees of freedom of the Student-t distribution behind `interval`. */
  df: z.number(),
  standardError: z.number(),
  sources: z.array(z.enum(["seeds", "images"])),
  verdict: z.enum(["better", "worse", "cannot tell"]),
  sentence: z.string(),
  /** What the candidate costs over the baseline, percent. */
  overhead: z.object({ params: z.number(), macs: z.number(), trainTime: z.number(), inferenceTime: z.number() }),
});

/** The schema of `results.json`, the record of one comparison. */
export const comparisonResults = z
  .object({
    kind: z.literal("senet-comparison"),
    version: z.literal(1),
    /** ISO 8601. */
    created: z.string(),
    /** The command line that reproduces the comparison. */
    command: z.string(),
    environment: z.object({
      senet: z.string(),
      node: z.string(),
      onnxruntime: z.string(),
      cpu: z.string(),
      cores: z.int(),
      os: z.string(),
    }),
    data: z.object({
      name: z.string(),
      classes: z.array(z.string()).check(z.minLength(2)),
      /** Number of training images. */
      train: z.int(),
      /** Number of test images. */
      test: z.int(),
      channels: z.int(),
      height: z.int(),
      width: z.int(),
    }),
    recipe: z.object({
      epochs: z.number(),
      batch: z.int(),
      lr: z.number(),
      optimizer: z.string(),
      momentum: z.exactOptional(z.number()),
      nesterov: z.exactOptional(z.boolean()),
      weightDecay: z.number(),
      schedule: z.string(),
      /** Epochs over which the learning rate rises. */
      warmup: z.number(),
      /** Flip and shift, and whatever else was done by its name. */
      augment: z.catchall(
        z.object({ flip: z.boolean(), pad: z.int() }),
        z.union([z.string(), z.number(), z.boolean()]),
      ),
      seeds: z.array(z.int()).check(z.minLength(1)),
    }),
    /** How many trainings ran side by side, where it was more than one: each was slower than it is alone. */
    jobs: z.exactOptional(z.int()),
    /** The first one is the baseline of every comparison. */
    models: z.array(model).check(z.minLength(1)),
    /** The true class of every test image. */
    labels: z.array(z.int()),
    comparisons: z.array(comparison),
  })
  .check(({ value, issues }) => {
    for (const problem of inconsistencies(value)) issues.push({ code: "custom", message: problem, input: value });
  });

/**
 * One comparison: what was trained, how, on what, and what came out.
 * @interface
 */
export type ComparisonResults = z.infer<typeof comparisonResults>;
/**
 * One model with all its runs.
 * @interface
 */
export type ModelResult = z.infer<typeof model>;
/**
 * One training run of one model.
 * @interface
 */
export type RunResult = z.infer<typeof run>;
/**
 * One line of a learning curve.
 * @interface
 */
export type EpochResult = z.infer<typeof epoch>;
/**
 * What one attention block's gates did on the test images.
 * @interface
 */
export type GateResult = z.infer<typeof gate>;
/**
 * One candidate against the baseline.
 * @interface
 */
export type Comparison = z.infer<typeof comparison>;

/** The parts of the results that have to fit each other. */
interface Sizes {
  readonly data: { readonly classes: readonly string[] };
  readonly labels: readonly number[];
  readonly models: readonly {
    readonly name: string;
    readonly runs: readonly Pick<RunResult, "seed" | "predictions" | "confusion" | "gates">[];
  }[];
}

/** What does not fit together, one sentence each: seeds, numbers of predictions, sizes of confusion matrices. */
export function inconsistencies({ data, labels, models }: Sizes): string[] {
  const problems: string[] = [];
  const classes = data.classes.length;
  const seeds = models[0]?.runs.map((r) => r.seed).join(", ");
  for (const { name, runs } of models) {
    const own = runs.map((r) => r.seed).join(", ");
    if (own !== seeds) problems.push(`${name} ran seeds ${own}; expected those of the first model, ${seeds}`);
    for (const { seed, predictions, confusion, gates } of runs) {
      const where = `${name}, seed ${seed}`;
      if (predictions.length !== labels.length) {
        problems.push(`${where} has ${predictions.length} predictions; expected ${labels.length}, one per label`);
      }
      if (confusion.length !== classes || confusion.some((row) => row.length !== classes)) {
        problems.push(`${where} has a confusion matrix of ${confusion.length} rows; expected ${classes} × ${classes}`);
      }
      for (const { site, channels, mean, std } of gates) {
        if (mean.length !== channels || std.length !== channels) {
          problems.push(`${where}, ${site} has ${mean.length} gate means; expected ${channels}, one per channel`);
        }
      }
    }
  }
  return problems;
}
