import { UserError } from "../../errors.js";
import type { Recipe } from "../recipe.js";
import type { scheduleNames } from "../recipe-fields.js";
import { type OneCycleOptions, oneCycle } from "./one-cycle.js";
import { type PlateauOptions, plateau } from "./plateau.js";
import type { Schedule, ScheduleState } from "./schedule.js";

/** What a schedule depends on. */
export type ScheduleOptions = OneCycleOptions &
  PlateauOptions &
  Pick<Recipe, "epochs" | "schedule" | "warmup" | "warmupLr" | "warmupPrefix" | "decayEpochs" | "milestones">;

/** The learning rate as a factor of its largest value, after `epoch` epochs. */
type Curve = (epoch: number) => number;

/**
 * Half a cosine from `lr` to `minLr` over `epochs`, then flat.
 * Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5 without restarts.
 */
export function cosine(epochs: number, lr: number, minLr = 0): Curve {
  return (epoch) => minLr + ((lr - minLr) * (1 + Math.cos(Math.PI * Math.min(1, epoch / epochs)))) / 2;
}

/** Multiplies `lr` by `rate` at each of `milestones`, in epochs. Source: He et al. 2015, arXiv:1512.03385, §4.2. */
export function multistep(milestones: readonly number[], lr: number, rate = 0.1): Curve {
  return (epoch) => lr * rate ** milestones.filter((milestone) => epoch >= milestone).length;
}

/** Multiplies `lr` by `rate` after every `every` epochs, fractions too. */
export function step(every: number, lr: number, rate = 0.1): Curve {
  return (epoch) => lr * rate ** Math.floor(epoch / every + ROUNDING);
}

/** 3/10 over 0.1 is 3, whatever floats make of it. */
const ROUNDING = 1e-9;

/** The schedules by name. */
const schedules: Readonly<
  Record<(typeof scheduleNames)[number], (options: ScheduleOptions, stepsPerEpoch: number) => Schedule>
> = {
  cosine: (options: ScheduleOptions) => warmed(options, (epochs) => cosine(epochs, options.lr, options.minLr)),
  step: (options: ScheduleOptions) => warmed(options, (epochs) => stepOf(options, epochs)),
  onecycle: (options: ScheduleOptions, stepsPerEpoch: number): Schedule => {
    const rate = oneCycle(options, options.epochs * stepsPerEpoch);
    return { start: null, at: (epoch) => rate(Math.round(epoch * stepsPerEpoch)), observe: (state) => state };
  },
  plateau: (options: ScheduleOptions): Schedule => {
    const { start, observe } = plateau(options);
    const at = (epoch: number, state: ScheduleState) => ({ lr: warmupLr(options, epoch) ?? (state ?? start).lr });
    const watched = (epochs: number) => epochs > options.warmup; // as in timm: the full rate has to be used first
    return {
      start,
      at,
      observe: (state, metric, epochs) => (watched(epochs) ? observe(state ?? start, metric) : (state ?? start)),
    };
  },
  constant: (options: ScheduleOptions) => warmed(options, () => () => options.lr),
};

/**
 * The schedule that the options describe.
 * @param stepsPerEpoch updates in an epoch; one-cycle ends with the last one.
 * @throws UserError when the name is unknown.
 * @example
 * ```ts
 * import { scheduleOf } from "senet/step";
 *
 * const { at, start } = scheduleOf({ epochs: 10, lr: 0.1, schedule: "cosine", warmup: 1 }, 100);
 * console.log(at(0.5, start).lr, at(5, start).lr.toFixed(3)); // 0.05 0.050
 * ```
 */
export function scheduleOf(options: ScheduleOptions, stepsPerEpoch: number): Schedule {
  const { schedule } = options;
  if (!Object.hasOwn(schedules, schedule)) {
    throw new UserError(`unknown schedule "${schedule}"; expected one of ${Object.keys(schedules).join(", ")}`);
  }
  return schedules[schedule as keyof typeof schedules](options, stepsPerEpoch);
}

function stepOf({ lr, decayEpochs, decayRate, milestones }: ScheduleOptions, epochs: number): Curve {
  if (decayEpochs !== undefined) return step(decayEpochs, lr, decayRate);
  return multistep(milestones ?? [epochs / 2, (3 * epochs) / 4], lr, decayRate);
}

/** A schedule that remembers nothing, after its warm-up. */
function warmed(options: ScheduleOptions, curve: (epochs: number) => Curve): Schedule {
  const skipped = options.warmupPrefix ? options.warmup : 0;
  const after = curve(options.epochs - skipped);
  const at = (epoch: number) => ({ lr: warmupLr(options, epoch) ?? after(epoch - skipped) });
  return { start: null, at, observe: (state) => state };
}

/** The learning rate while it rises; undefined afterwards. */
function warmupLr({ lr, warmup, warmupLr: from = 0 }: ScheduleOptions, epoch: number): number | undefined {
  return epoch < warmup ? from + ((lr - from) * epoch) / warmup : undefined;
}
