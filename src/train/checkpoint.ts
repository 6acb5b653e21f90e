import * as z from "zod/mini";
import { UserError } from "../errors.js";
import type { Tensor } from "../graph/tensor.js";
import { readAs } from "../schema.js";
import { epochRecord } from "./epoch-record.js";
import { identitySchema } from "./run-identity.js";

/** What the steps of an unfinished epoch have added up. */
const epochSums = z.object({
  loss: z.number(),
  correct: z.number(),
  /** Sums of the loss over each of up to ten equal parts of the epoch. */
  parts: z.array(z.number()),
  /** The learning rate of the last step. */
  lr: z.number(),
  imagesPerSecond: z.number(),
  /** Seconds trained, and of these waited for images. */
  seconds: z.number(),
  waited: z.number(),
});
/**
 * What the steps of an unfinished epoch have added up.
 * @interface
 */
export type EpochSums = z.infer<typeof epochSums>;

/** Where a run stands between two steps, all but its tensors. */
const runProgress = z.object({
  format: z.literal(1),
  /** The epoch in progress, counted from 1; after the last one, one more than there are. */
  epoch: z.int().check(z.positive()),
  /** Steps done in it. */
  step: z.int().check(z.nonnegative()),
  sums: epochSums,
  /** The records of the finished epochs. */
  history: z.array(epochRecord),
  identity: identitySchema,
});
/**
 * Where a run stands between two steps.
 * @interface
 */
export type RunProgress = z.infer<typeof runProgress>;

/** All that a run is between two steps: going on from it gives, bit for bit, the run that was never stopped. */
export interface Checkpoint {
  /** Everything the training step carries on: parameters, statistics, optimizer, random state. */
  readonly state: ReadonlyMap<string, Tensor>;
  readonly progress: RunProgress;
}

/** What remains of a checkpoint beside its tensors, as text. */
export function writeProgress(progress: RunProgress): string {
  return `${JSON.stringify(progress, null, 1)}\n`;
}

/** @throws UserError when the text is not what `writeProgress` wrote. */
export function readProgress(text: string, source: string): RunProgress {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${source}: got text that is not JSON; expected the file as it was written`);
  }
  const { data, error } = readAs(runProgress, json);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new UserError(
    `${source}: ${issue?.path.join(".")}: ${issue?.message}; expected the file as this version writes it`,
  );
}
