import type { Tensors } from "../../runtime/runtime.js";
import { Refusal, refuse } from "../refusal.js";
import { formOf, joined, parted } from "./join.js";
import type { Servable } from "./servable.js";
import { type Worker, WorkerDied } from "./worker.js";

/** How requests wait and run together. */
export interface SchedulerOptions {
  /** The most rows of requests that run as one. */
  readonly maxBatch: number;
  /** Milliseconds that a request waits for others though a worker is idle; 0: none ever does. */
  readonly maxDelay: number;
  /** The most rows that wait. */
  readonly maxQueue: number;
}

/** How a request is asked for. */
export interface RunOptions {
  /** Takes the request out of the queue. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that it may wait for its turn. */
  readonly timeout?: number | undefined;
}

/** What a run gave, and the milliseconds that went by. */
export interface Ran {
  readonly outputs: Tensors;
  readonly times: RunTimes;
  /** Rows that ran as one, and whether this request was the first of them. */
  readonly batch: number;
  readonly first: boolean;
}

export interface RunTimes {
  readonly queue: number;
  readonly input: number;
  readonly infer: number;
  readonly output: number;
}

/** A request that waits. */
interface Job {
  readonly servable: Servable;
  readonly feeds: Tensors;
  readonly rows: number;
  readonly form: string;
  readonly since: number;
  timer?: NodeJS.Timeout;
  resolve(ran: Ran): void;
  reject(error: unknown): void;
}

/**
 * Gives requests to workers. While a worker is idle a request runs at once, by itself; only while all are busy do
 * requests wait, and those that waited run as one, in the order in which they came.
 */
export class Scheduler {
  readonly #workers: readonly Worker[];
  readonly #options: SchedulerOptions;
  /** What waits for each servable, in its order. */
  readonly #queues = new Map<Servable, Job[]>();
  /** Requests of each servable that wait or run, and who waits for their end. */
  readonly #open = new Map<Servable, { requests: number; readonly settled: (() => void)[] }>();
  /** Rows that wait, and those that wait or run. */
  #waiting = 0;
  #pending = 0;
  /** Milliseconds that a row took lately. */
  #pace = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(workers: readonly Worker[], options: SchedulerOptions) {
    this.#workers = workers;
    this.#options = options;
    for (const worker of workers) worker.onIdle = () => this.#dispatch();
  }

  /** Rows that wait for a worker. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Rows that wait or run. */
  get pending(): number {
    return this.#pending;
  }

  /** Rows that wait for one servable. */
  waitingFor(servable: Servable): number {
    return (this.#queues.get(servable) ?? []).reduce((sum, { rows }) => sum + rows, 0);
  }

  /**
   * Runs a request when its turn comes.
   * @throws Refusal when too many wait, or it waited longer than it may; the signal's reason; what the engine throws.
   */
  run(servable: Servable, feeds: Tensors, { signal, timeout }: RunOptions = {}): Promise<Ran> {
    const rows = rowsIn(servable, feeds);
    const { maxQueue } = this.#options;
    const idle = this.#workers.some(({ busy }) => !busy);
    if (this.#waiting + (idle ? 0 : rows) > maxQueue && this.#waiting > 0) {
      const seconds = Math.max(1, Math.ceil((this.#waiting * this.#pace) / 1000));
      throw new Refusal(503, `${this.#waiting} rows wait and at most ${maxQueue} may; ask again later`, seconds);
    }
    return new Promise((resolve, reject) => {
      const form = servable.joins ? formOf(feeds) : "";
      const job: Job = { servable, feeds, rows, form, since: performance.now(), resolve, reject };
      signal?.addEventListener("abort", () => this.#drop(job, signal.reason), { once: true });
      if (timeout !== undefined) this.#limit(job, timeout);
      const queue = this.#queues.get(servable);
      if (queue === undefined) this.#queues.set(servable, [job]);
      else queue.push(job);
      this.#waiting += rows;
      this.#begin(job);
      this.#dispatch();
    });
  }

  /** Waits until no request of a servable waits or runs. */
  settled(servable: Servable): Promise<void> {
    return new Promise((resolve) => {
      const open = this.#open.get(servable);
      if (open === undefined) resolve();
      else open.settled.push(resolve);
    });
  }

  #begin({ servable, rows }: Job): void {
    const open = this.#open.get(servable);
    if (open === undefined) this.#open.set(servable, { requests: 1, settled: [] });
    else open.requests++;
    this.#pending += rows;
  }

  #end({ servable, rows }: Job): void {
    this.#pending -= rows;
    const open = this.#open.get(servable)!;
    open.requests -= 1;
    if (open.requests > 0) return;
    this.#open.delete(servable);
    for (const settle of open.settled) settle();
  }

  #limit(job: Job, timeout: number): void {
    job.timer = setTimeout(() => {
      this.#drop(job, new Refusal(504, `waited ${timeout} ms for its turn, as long as it may; ask again later`));
    }, timeout);
    job.timer.unref();
  }

  /** Takes a job out of the queue, if it is still there. */
  #drop(job: Job, reason: unknown): void {
    const queue = this.#queues.get(job.servable);
    const at = queue?.indexOf(job) ?? -1;
    if (queue === undefined || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(job.servable);
    clearTimeout(job.timer);
    this.#waiting -= job.rows;
    this.#end(job);
    job.reject(reason);
  }

  #dispatch(): void {
    for (const worker of this.#workers) {
      if (worker.busy) continue;
      const queue = this.#ripest();
      if (queue === undefined) return;
      void this.#work(worker, this.#batchOf(queue));
    }
  }

  /** The queue whose first request waits longest, among those that wait for no others any more. */
  #ripest(): Job[] | undefined {
    const { maxBatch, maxDelay } = this.#options;
    const now = performance.now();
    let found: Job[] | undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.values()) {
      const [first] = queue;
      const ripe = first!.since + (first!.servable.joins ? maxDelay : 0);
      const full = queue.reduce((sum, { rows }) => sum + rows, 0) >= maxBatch;
      if (ripe > now && !full) next = Math.min(next, ripe);
      else if (found === undefined || first!.since < found[0]!.since) found = queue;
    }
    if (found === undefined && next < Number.POSITIVE_INFINITY) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#dispatch(), Math.max(0, next - now));
    }
    return found;
  }

  /** Takes the first request of a queue, and those behind it that fit beside it. */
  #batchOf(queue: Job[]): Job[] {
    const [first] = queue;
    let count = 0;
    for (let rows = 0; count < queue.length; count++) {
      const job = queue[count]!;
      if (count > 0 && (!job.servable.joins || job.form !== first!.form)) break;
      rows += job.rows;
      if (count > 0 && rows > this.#options.maxBatch) break;
    }
    const batch = queue.splice(0, count);
    if (queue.length === 0) this.#queues.delete(first!.servable);
    for (const { rows, timer } of batch) {
      clearTimeout(timer);
      this.#waiting -= rows;
    }
    return batch;
  }

  async #work(worker: Worker, batch: readonly Job[]): Promise<void> {
    const began = performance.now();
    const { servable } = batch[0]!;
    const rows = batch.map((job) => job.rows);
    const total = rows.reduce((sum, count) => sum + count, 0);
    try {
      const feeds = joined(batch.map((job) => job.feeds));
      const fed = performance.now();
      const outputs = await worker.run(servable, feeds);
      const ran = performance.now();
      const parts = parted(outputs, rows);
      const infer = ran - fed;
      this.#pace += (infer / total - this.#pace) * 0.1;
      const output = performance.now() - ran;
      for (const [i, job] of batch.entries()) {
        const times = { queue: began - job.since, input: fed - began, infer, output };
        job.resolve({ outputs: parts[i]!, times, batch: total, first: i === 0 });
      }
    } catch (error) {
      await this.#failed(worker, batch, error);
    }
    for (const job of batch) this.#end(job);
  }

  /** One request may spoil a batch: then each runs by itself, and fails for itself. */
  async #failed(worker: Worker, batch: readonly Job[], error: unknown): Promise<void> {
    for (const job of batch) {
      if (batch.length === 1 || error instanceof WorkerDied) {
        job.reject(error);
        continue;
      }
      const began = performance.now();
      await worker.run(job.servable, job.feeds).then(
        (outputs) => {
          const times = { queue: began - job.since, input: 0, infer: performance.now() - began, output: 0 };
          job.resolve({ outputs, times, batch: job.rows, first: true });
        },
        (own: unknown) => job.reject(own),
      );
    }
  }
}

/** How many rows a request has. @throws Refusal where its inputs have different ones, or none. */
function rowsIn({ joins, inputs }: Servable, feeds: Tensors): number {
  const counts = inputs.map(({ name }) => feeds[name]!.shape[0] ?? 1);
  const [rows = 1] = counts;
  if (Object.values(feeds).some(({ data }) => data.length === 0)) refuse("got a tensor without numbers; expected some");
  if (joins && counts.some((count) => count !== rows)) {
    refuse(`got inputs of ${counts.join(" and ")} rows; expected as many of each`);
  }
  return rows;
}
