import type { RunId } from "../../compare/compare-options.js";
import { findGates } from "../../explain/find-gates.js";
import { fixed, plural, signed } from "../../report/format.js";
import { wrapText } from "../../report/text-columns.js";
import { workOf } from "../../train/work.js";
import type { CompareInFolderOptions } from "../../workspace/run/compare-in-folder.js";
import type { PreparedComparison } from "../../workspace/run/prepare-comparison.js";
import { Clock } from "./clock.js";
import { liveLine, testingPart, trainingPart } from "./live-line.js";
import { LossCurve } from "./loss-curve.js";
import { noticeText } from "./notice-text.js";
import type { Progress } from "./progress.js";

type Events = Omit<CompareInFolderOptions, "command">;

/**
 * What happens in a comparison, on the terminal: with the time that is left, tests and measurements counted.
 * @param stepped called after every step.
 */
export async function comparisonEvents(
  { models, seeds, dataset, recipe }: PreparedComparison,
  epochsDone: number,
  stepped: () => void,
  progress: Progress,
): Promise<Events> {
  const { timedImages } = await import("../../compare/compare.js");
  const { epochs } = recipe;
  const images = dataset.test.length;
  const gated = models.filter(({ graph }) => findGates(graph).some(({ kind }) => kind === "channel")).length;
  const all = workOf({ dataset, recipe }, seeds.length * models.length * epochs);
  const measured = seeds.length * gated * images + models.length * timedImages;
  const clock = new Clock({ ...all, tested: all.tested + measured }, workOf({ dataset, recipe }, epochsDone));
  const active = new Map<number, ActiveRun>();
  let finished = 0;
  /** Shows all runs that are at work; of several, each as shortly as 80 columns ask for. */
  const showRun = (first: boolean, { run }: RunId) => {
    const runs = [...active.values()];
    const parts = runs.length === 1 ? [placeOf(runs[0]!), ...runs[0]!.long] : runs.map(shortPart);
    const line = liveLine(clock, ...parts);
    if (first && active.has(run)) progress.show(line);
    else progress.update(line);
  };
  return {
    onNotice: (notice) => progress.line(`senet: ${noticeText(notice)}`),
    onRun: (run) => {
      clock.pause();
      active.set(run.run, {
        ...run,
        curve: new LossCurve(),
        tested: 0,
        long: ["compiling the step"],
        short: "compiling",
      });
      showRun(true, run);
    },
    onStep: (run, at) => {
      const own = active.get(run.run)!;
      stepped();
      clock.did("trained", recipe.batch);
      own.curve.add(at.batchLoss);
      own.long = [`epoch ${at.epoch}/${epochs}`, trainingPart(at, own.curve)];
      own.short = `${at.epoch}/${epochs} ${own.curve.text(6)} ${at.loss.toFixed(2)}`;
      showRun(false, run);
    },
    onTest: (run, epoch, done) => {
      const own = active.get(run.run)!;
      clock.did("tested", done === 0 ? 0 : done - own.tested);
      own.tested = done;
      own.long = [`epoch ${epoch}/${epochs}`, testingPart(done, images)];
      own.short = `${epoch}/${epochs} testing`;
      showRun(done === 0, run);
    },
    onEpoch: (run, record) =>
      progress.line(
        `${run.model.padEnd(12)} seed ${run.seed}  epoch ${record.epoch}/${epochs}  loss ${record.trainLoss.toFixed(3)}  ` +
          `test top-1 ${record.testTop1.toFixed(2).padStart(5)} %  ${clock.left} left`,
      ),
    onResult: ({ run }) => {
      active.delete(run);
      finished++;
      clock.reach(workOf({ dataset, recipe }, finished * epochs)); // a run may have stopped early
    },
    onInterim: (interim) => {
      for (const line of interimLines(interim, seeds.length)) progress.line(line);
    },
    onMeasure: ({ what, model, images }) => {
      clock.did("tested", images);
      const line = liveLine(clock, `measuring ${model}: ${what}`);
      if (images === 0) progress.show(line);
      else progress.update(line);
    },
  };
}

/** A run that is at work, and what it does in many words and in few. */
interface ActiveRun extends RunId {
  readonly curve: LossCurve;
  tested: number;
  long: readonly string[];
  short: string;
}

const placeOf = ({ model, seed }: RunId) => `${model} seed ${seed}`;

const shortPart = ({ model, seed, short }: ActiveRun) => `${model} ${seed} ${short}`;

/** What the finished seeds say: a line or two for each candidate. */
export function interimLines(
  { seeds, comparisons }: Parameters<NonNullable<Events["onInterim"]>>[0],
  all: number,
): string[] {
  const after = `after ${plural(seeds.length, "seed")} of ${all}`;
  return comparisons.flatMap(({ candidate, baseline, gain, interval: [low, high], verdict }) => {
    const so = verdict === "cannot tell" ? "cannot tell yet" : `${verdict} so far`;
    const luck = seeds.length === 1 ? ", without the luck of training" : "";
    return wrapText(
      `${after}: ${candidate} ${signed(gain)} points of top-1 over ${baseline} ` +
        `(95 % interval ${fixed(low)} to ${fixed(high)}${luck}): ${so}`,
    );
  });
}
