import { UserError } from "../errors.js";

/** The learning rate as a factor of its largest value, after `epoch` epochs (fractions count) of training. */
export type Schedule = (epoch: number) => number;

/**
 * Half a cosine from 1 to 0 over all epochs. Source: Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5 without restarts.
 */
export function cosine(epochs: number): Schedule {
  return (epoch) => (1 + Math.cos(Math.PI * Math.min(1, epoch / epochs))) / 2;
}

/** Drops by the factor `gamma` at each of `milestones`, in epochs. Source: He et al. 2015, arXiv:1512.03385, §4.2. */
export function step(milestones: readonly number[], gamma = 0.1): Schedule {
  return (epoch) => gamma ** milestones.filter((milestone) => epoch >= milestone).length;
}

/** Rises in a straight line over the first `warmup` epochs, then follows `schedule`. */
export function withWarmup(schedule: Schedule, warmup: number): Schedule {
  return (epoch) => schedule(epoch) * (epoch < warmup ? epoch / warmup : 1);
}

/** The schedules by name, as the command line knows them; `step` drops at one half and three quarters. */
export const schedules = {
  cosine,
  step: (epochs: number) => step([epochs / 2, (3 * epochs) / 4]),
  constant: (): Schedule => () => 1,
} as const;

/** The name of a schedule. */
export type ScheduleName = keyof typeof schedules;

/** The schedule of that name over `epochs` epochs, with a warm-up. @throws UserError when the name is unknown. */
export function scheduleOf(name: string, epochs: number, warmup: number): Schedule {
  if (!Object.hasOwn(schedules, name)) {
    throw new UserError(`unknown schedule "${name}"; expected one of ${Object.keys(schedules).join(", ")}`);
  }
  return withWarmup(schedules[name as ScheduleName](epochs), warmup);
}
