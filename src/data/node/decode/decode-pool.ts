import { Worker } from "node:worker_threads";
import { usableCores } from "../../../files/node/machine.js";
import type { DecodeAnswer, DecodeRequest, DecodeResponse, DecodeTask } from "./decode-protocol.js";

/** Tasks a thread has at a time: while one waits for the disk or the decoder, the other is worked on. */
const tasksPerWorker = 2;

interface Waiting {
  readonly start: () => DecodeTask | undefined;
  readonly resolve: (answer: DecodeAnswer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Threads that decode images. Each starts when the others are busy. They take tasks in the order they come, and do not keep the
 * process alive while they have none.
 */
export class DecodePool {
  readonly #size: number;
  readonly #queue: Waiting[] = [];
  #loaded: Promise<unknown> | undefined;
  readonly #started: PoolWorker[] = [];
  #closed = false;

  /** `workers` is the number of threads: by default one per core, at most eight. */
  constructor(workers: number = Math.min(8, usableCores())) {
    this.#size = workers;
  }

  get size(): number {
    return this.#size;
  }

  /** How many tasks keep all threads busy. */
  get capacity(): number {
    return this.#size * tasksPerWorker;
  }

  /**
   * Has a task done.
   * @param start called when its turn comes; the task, or undefined, which is then the answer, when it is not wanted
   *   any more.
   */
  run(start: () => DecodeTask | undefined): Promise<DecodeAnswer | undefined> {
    if (this.#closed) return Promise.reject(new Error("the threads that decode images were closed"));
    return new Promise((resolve, reject) => {
      this.#queue.push({ start, resolve, reject });
      // The library must be loaded by the main thread first: it does not survive that its only user, a thread, ends.
      this.#loaded ??= import("sharp");
      this.#loaded.then(() => this.#dispatch(), reject);
    });
  }

  /** Ends the threads. Tasks that are under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#queue.splice(0)) reject(new Error("the threads that decode images were closed"));
    await this.#loaded?.catch(() => {});
    await Promise.all(this.#started.map((worker) => worker.close()));
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#freest();
      if (worker.busy >= tasksPerWorker) return;
      worker.run(this.#queue.shift()!);
    }
  }

  /** The thread with the least to do; a new one where all are busy and there may be more. */
  #freest(): PoolWorker {
    const [freest] = this.#started.toSorted((a, b) => a.busy - b.busy);
    if (freest !== undefined && (freest.busy === 0 || this.#started.length === this.#size)) return freest;
    const worker = new PoolWorker(() => this.#dispatch());
    this.#started.push(worker);
    return worker;
  }
}

/** One thread and what it has been asked. */
class PoolWorker {
  readonly #worker = new Worker(new URL("./decode-worker.js", import.meta.url));
  readonly #running = new Map<number, Waiting>();
  readonly #onFree: () => void;
  #failure: Error | undefined;
  #asked = 0;

  constructor(onFree: () => void) {
    this.#onFree = onFree;
    // Not sooner: a thread that starts counts again whatever was said before.
    this.#worker.on("online", () => {
      if (this.#running.size === 0) this.#worker.unref();
    });
    this.#worker.on("message", ({ id, problems }: DecodeResponse) => {
      const { resolve } = this.#running.get(id)!;
      this.#running.delete(id);
      if (this.#running.size === 0) this.#worker.unref();
      resolve(problems);
      this.#onFree();
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a thread that decodes images ended")));
  }

  get busy(): number {
    return this.#running.size;
  }

  run(waiting: Waiting): void {
    if (this.#failure) {
      waiting.reject(this.#failure);
      return;
    }
    const task = startOf(waiting);
    if (task === undefined) return;
    if (this.#running.size === 0) this.#worker.ref();
    const request: DecodeRequest = { id: this.#asked++, task };
    this.#running.set(request.id, waiting);
    this.#worker.postMessage(request);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#running.values()) reject(this.#failure);
    this.#running.clear();
  }
}

/** The task of whoever waits; undefined when that is settled already. */
function startOf({ start, resolve, reject }: Waiting): DecodeTask | undefined {
  try {
    const task = start();
    if (task === undefined) resolve(undefined);
    return task;
  } catch (error) {
    reject(error);
    return undefined;
  }
}
