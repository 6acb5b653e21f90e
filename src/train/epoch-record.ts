import * as z from "zod/mini";

/** A measured number; JSON writes one that is not finite as null. */
const measured = z.pipe(
  z.nullable(z.number()),
  z.transform((value) => value ?? Number.NaN),
);

/**
 * One line of the training log; its numbers in the order they are written in, which a resumed run reads and writes
 * again.
 */
export const epochRecord = z.readonly(
  z.object({
    /** Counted from 1. */
    epoch: z.int().check(z.positive()),
    /** The learning rate of the last step. */
    lr: measured,
    trainLoss: measured,
    /** The same over each of up to ten equal parts of the epoch, in order. */
    trainLosses: z.array(measured),
    /** Percent, of the augmented images as they were trained on. */
    trainTop1: measured,
    /** Training speed, by the median step since the run was started or resumed. */
    imagesPerSecond: measured,
    /** The share of the training time, 0 to 1, in which a step waited for its images. */
    dataWait: measured,
    testLoss: measured,
    /** Percent. */
    testTop1: measured,
    /** Of the weights themselves, where those that are tested above are their moving average. */
    plain: z.exactOptional(z.readonly(z.object({ testLoss: measured, testTop1: measured }))),
    /** Duration of the epoch, evaluation included. */
    seconds: measured,
  }),
);
/**
 * What a run tells of an epoch: losses, top-1, rates and times.
 * @interface
 */
export type EpochRecord = z.infer<typeof epochRecord>;
