import type { StepProgress } from "../../train/epoch.js";
import { bar, formatDuration } from "./progress.js";

/** Time since the start and what is left of it, from the share of the work that is done. */
export class Clock {
  readonly #started = performance.now();
  readonly #before: number;
  readonly epochs: number;

  /** @param before epochs that were done before this clock was started. */
  constructor(epochs: number, before = 0) {
    this.epochs = epochs;
    this.#before = before;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  left(epochsDone: number): string {
    return formatDuration((this.seconds / (epochsDone - this.#before)) * (this.epochs - epochsDone));
  }
}

/** How far a run is, how long it will take and how it does, as a line. */
export function liveLine(clock: Clock, epochsDone: number, what: string, progress: StepProgress): string {
  const { imagesPerSecond, loss, top1, dataWait } = progress;
  const waited = dataWait > 0.01 ? `  data wait ${Math.round(100 * dataWait)} %` : "";
  return (
    `${bar(epochsDone / clock.epochs, 8)} ${clock.left(epochsDone)} left  ${what}  ` +
    `${Math.round(imagesPerSecond)} images/s  loss ${loss.toFixed(3)}  ${top1.toFixed(1)} %${waited}`
  );
}
