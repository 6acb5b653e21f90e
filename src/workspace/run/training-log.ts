import { hostname } from "node:os";
import type { StepProgress } from "../../train/epoch.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import { fileVersion, scalars, sessionStart } from "../../train/tensorboard.js";
import type { RunFolder } from "./run-folder.js";

/** Writes what TensorBoard shows of one training run. */
export interface TrainingLog {
  step(progress: StepProgress): Promise<void>;
  epoch(record: EpochRecord): Promise<void>;
}

/** Steps between two points of the training curves. */
const EVERY = 10;

/**
 * Starts a TensorBoard event file in a run's folder.
 * @param inside a folder in it, "" for none; TensorBoard takes each for a run of its own.
 * @param resumed where the run goes on, if it does: what older files say of later steps is then dropped.
 */
export async function openTrainingLog(
  folder: RunFolder,
  inside: string,
  stepsPerEpoch: number,
  resumed?: { readonly epoch: number; readonly step: number },
): Promise<TrainingLog> {
  const seconds = () => Date.now() / 1000;
  const name = `events.out.tfevents.${Date.now()}.${hostname()}.${process.pid}`;
  const write = (bytes: Uint8Array) => folder.append(inside === "" ? name : `${inside}/${name}`, bytes);
  const stepOf = (epoch: number, step: number) => (epoch - 1) * stepsPerEpoch + step;
  let losses: number[] = [];
  await write(fileVersion(seconds()));
  if (resumed) await write(sessionStart({ wallTime: seconds(), step: stepOf(resumed.epoch, resumed.step) + 1 }));
  return {
    async step({ epoch, step, steps, batchLoss, lr, imagesPerSecond, gradNorm }) {
      losses.push(batchLoss);
      if (step % EVERY !== 0 && step !== steps) return;
      const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      losses = [];
      const values = {
        "train/loss": loss,
        "train/lr": lr,
        "train/images_per_second": imagesPerSecond,
        ...(gradNorm === undefined ? {} : { "train/grad_norm": gradNorm }),
      };
      await write(scalars({ wallTime: seconds(), step: stepOf(epoch, step) }, values));
    },
    async epoch({ epoch, trainTop1, testLoss, testTop1, plain, dataWait }) {
      const moment = { wallTime: seconds(), step: stepOf(epoch, stepsPerEpoch) };
      const own = plain && { "test/plain_loss": plain.testLoss, "test/plain_top1": plain.testTop1 };
      const tested = { "test/loss": testLoss, "test/top1": testTop1, ...own };
      await write(scalars(moment, { ...tested, "train/top1": trainTop1, "train/data_wait": dataWait }));
    },
  };
}
