import type { PairedDifference } from "./paired-difference.js";
import { tQuantile } from "./student-t.js";

/** Whether the candidate beats the baseline: "better" and "worse" only when the 95 % interval excludes 0. */
export type Verdict = "better" | "worse" | "cannot tell";

/**
 * Says in plain English what a paired difference shows, how sure it is, and what would make it surer.
 * @param subject what the sentence is about: "SE" where that is all the candidate adds, else the candidate's name.
 * @param rival the baseline's name where the two differ in more than `subject`: "did better than" instead of "helped".
 * @returns the verdict and its sentences; errors and intervals in percentage points.
 * @example
 * judge(pairedDifference(resnet20, seresnet20), "SE").sentence;
 * // "SE helped: error fell by 1.20 points (95 % interval 0.40 to 2.00) over 3 seeds and 10,000 test images."
 */
export function judge(
  difference: PairedDifference,
  subject: string,
  rival?: string,
): { verdict: Verdict; sentence: string } {
  const [low, high] = difference.interval;
  const verdict = low > 0 ? "better" : high < 0 ? "worse" : "cannot tell";
  const claim =
    verdict === "cannot tell"
      ? undecided(difference, subject)
      : `${subject} ${decided(difference, verdict, rival)} (95 % interval ${range(difference.interval, verdict)})`;
  const sentences = [`${claim} ${scope(difference)}.`];
  if (difference.seeds === 1) {
    sentences.push("One seed cannot show the luck of training, only that of the test images: run at least 3 seeds.");
  } else if (verdict === "cannot tell" && difference.standardError > 0) {
    sentences.push(remedy(difference));
  }
  return { verdict, sentence: sentences.join(" ") };
}

function decided({ mean, seeds }: PairedDifference, verdict: "better" | "worse", rival?: string): string {
  const verb = rival ? `did ${verdict} than ${rival}` : verdict === "better" ? "helped" : "hurt";
  const moved = verdict === "better" ? (rival ? "is lower" : "fell") : rival ? "is higher" : "rose";
  return `${verb}${seeds === 1 ? " in this one run" : ""}: error ${moved} by ${points(Math.abs(mean))} points`;
}

function undecided({ mean, interval, standardError }: PairedDifference, subject: string): string {
  if (standardError === 0) return "Cannot tell: both models were right and wrong on exactly the same images";
  const side = mean > 0 ? ` in favour of ${subject}` : mean < 0 ? ` against ${subject}` : "";
  return (
    `Cannot tell: the difference of ${points(Math.abs(mean))} points${side} is smaller than the noise ` +
    `(95 % interval of the gain ${range(interval)})`
  );
}

function scope({ seeds, images }: PairedDifference): string {
  return `over ${seeds} ${seeds === 1 ? "seed" : "seeds"} and ${images.toLocaleString("en-US")} test images`;
}

/** What would narrow the interval most, judged by the variance components. */
function remedy({ seeds, images, variance }: PairedDifference): string {
  const fromImages = variance.image / images;
  const fromSeeds = (variance.seed + variance.rest / images) / seeds;
  if (fromImages > fromSeeds) {
    return "Most of the noise comes from the choice of test images: a larger test set would help.";
  }
  const more = 2 * seeds;
  const margin = tQuantile(0.975, more - 1) * Math.sqrt(fromImages + fromSeeds / 2);
  return `More seeds would help: ${more} seeds would give an interval of about ±${points(margin)} points.`;
}

/** A fraction as percentage points: 0.012 → "1.20", with a true minus sign. */
function points(fraction: number): string {
  const text = (100 * fraction).toFixed(2);
  return text === "-0.00" ? "0.00" : text.replace("-", "−");
}

/** An interval of gains; for a loss its sign is turned, because the sentence speaks of how much the error rose. */
function range([low, high]: readonly [number, number], verdict?: Verdict): string {
  return verdict === "worse" ? `${points(-high)} to ${points(-low)}` : `${points(low)} to ${points(high)}`;
}
