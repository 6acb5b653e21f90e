import type { PlateauState } from "./plateau.js";

/** What a schedule says of one step. */
export interface Rate {
  readonly lr: number;
  /** Where the schedule moves the momentum too. */
  readonly momentum?: number;
}

/** What a schedule remembers between epochs: plain JSON, which a checkpoint keeps. Most remember nothing. */
export type ScheduleState = PlateauState | null;

/** The learning rate over a run: a function of how far it has come and of what was observed. */
export interface Schedule {
  /** The state before the first epoch. */
  readonly start: ScheduleState;
  /** @param epoch epochs done, fractions count: after 5 of 10 steps of the third one, 2.5. */
  at(epoch: number, state: ScheduleState): Rate;
  /** The state after an epoch, given the value that is watched. @param epochs how many are done, that one included. */
  observe(state: ScheduleState, metric: number, epochs: number): ScheduleState;
}
