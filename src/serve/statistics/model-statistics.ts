import type { Ran, RunTimes } from "../engine/scheduler.js";

/** Why a request failed, by Triton's names. */
export const failureReasons = ["REJECTED", "CANCELED", "BACKEND", "OTHER"] as const;
export type FailureReason = (typeof failureReasons)[number];

/** Milliseconds that bound the histogram of answers, as Triton has them. */
export const responseBounds = [100, 500, 2000, 5000] as const;

/** How often something was, and the milliseconds that it took in all. */
export interface Total {
  count: number;
  milliseconds: number;
}

const none = (): Total => ({ count: 0, milliseconds: 0 });

/** The times of a run that are added up. */
export type TimeName = keyof RunTimes;

/** What became of the requests of a model. */
export class ModelStatistics {
  readonly success = none();
  readonly failures = new Map<FailureReason, number>(failureReasons.map((reason) => [reason, 0]));
  readonly failed = none();
  readonly times: Readonly<Record<TimeName, Total>> = { queue: none(), input: none(), infer: none(), output: none() };
  /** Runs of the engine by their rows. */
  readonly batches = new Map<number, Readonly<Record<Exclude<TimeName, "queue">, Total>>>();
  /** Rows that were answered, and runs of the engine. */
  rows = 0;
  runs = 0;
  /** When the last request came, in milliseconds since 1970. */
  last = 0;
  /** Requests by the bounds of their time; those that took longer than all of them last. */
  readonly responses: number[] = [...responseBounds, 0].map(() => 0);
  /** Requests that wait or run. */
  pending = 0;

  begin(): void {
    this.pending++;
    this.last = Date.now();
  }

  /** @param rows of the request. @param milliseconds from its beginning to its answer. */
  succeeded({ times, batch, first }: Ran, rows: number, milliseconds: number): void {
    this.pending--;
    add(this.success, milliseconds);
    this.rows += rows;
    const slot = responseBounds.findIndex((bound) => milliseconds <= bound);
    this.responses[slot < 0 ? responseBounds.length : slot]!++;
    for (const name of ["queue", "input", "infer", "output"] as const) add(this.times[name], times[name]);
    if (!first) return;
    this.runs++;
    const known = this.batches.get(batch) ?? { input: none(), infer: none(), output: none() };
    this.batches.set(batch, known);
    for (const name of ["input", "infer", "output"] as const) add(known[name], times[name]);
  }

  fail(reason: FailureReason, milliseconds: number): void {
    this.pending--;
    add(this.failed, milliseconds);
    this.failures.set(reason, this.failures.get(reason)! + 1);
  }
}

function add(total: Total, milliseconds: number): void {
  total.count++;
  total.milliseconds += milliseconds;
}
