import type { StepProgress } from "../../train/epoch.js";
import type { Clock } from "./clock.js";
import type { LossCurve } from "./loss-curve.js";
import { bar } from "./progress.js";

/** How far a run is, how long it will take and what it does, as a line. */
export function liveLine(clock: Clock, ...parts: readonly string[]): string {
  return [`${bar(clock.share, 8)} ${clock.left} left`, ...parts].join("  ");
}

/** How an epoch does so far, the most telling part first: a narrow terminal cuts the rest. */
export function trainingPart({ imagesPerSecond, loss, top1, dataWait }: StepProgress, curve: LossCurve): string {
  const waited = dataWait > 0.01 ? `  ${waitPart(dataWait)}` : "";
  const learned = `${curve.text(8)} loss ${loss.toFixed(3)}, ${top1.toFixed(1)} %`;
  return `${learned}  ${Math.round(imagesPerSecond)} images/s${waited}`;
}

/** `testing 512 of 10,000 images`. */
export function testingPart(images: number, of: number): string {
  return `testing ${images.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} images`;
}

/** The share of the time in which steps waited for their images. */
export function waitPart(dataWait: number): string {
  return `data wait ${Math.round(100 * dataWait)} %`;
}
