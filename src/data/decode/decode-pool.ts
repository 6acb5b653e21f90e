import type { DecodeAnswer, DecodeRequest, DecodeResponse, DecodeTask } from "./decode-protocol.js";

/** Tasks a thread has at a time: while one waits for the disk or the decoder, the other is worked on. */
const tasksPerWorker = 2;

interface Waiting {
  readonly start: () => DecodeTask | undefined;
  readonly resolve: (answer: DecodeAnswer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that decodes images, as the pool sees it. */
export interface DecodeThread {
  post(request: DecodeRequest): void;
  /** Told when work begins and when none is left: work keeps a process alive, an idle thread does not. */
  busy(working: boolean): void;
  end(): Promise<void>;
}

/** What a thread tells the pool. */
export interface DecodeEvents {
  response(response: DecodeResponse): void;
  failed(error: Error): void;
}

/** How a pool gets its threads. */
export interface DecodePoolOptions {
  /** The most threads. */
  readonly size: number;
  readonly start: (events: DecodeEvents) => DecodeThread;
  /** What must have happened before the first thread starts. */
  readonly prepared?: () => Promise<unknown>;
}

/**
 * Threads that decode images. Each starts when the others are busy. They take tasks in the order they come, and do not keep the
 * process alive while they have none.
 */
export class DecodePool {
  readonly #options: DecodePoolOptions;
  readonly #queue: Waiting[] = [];
  #loaded: Promise<unknown> | undefined;
  readonly #started: PoolWorker[] = [];
  #closed = false;

  constructor(options: DecodePoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.size;
  }

  /** How many tasks keep all threads busy. */
  get capacity(): number {
    return this.size * tasksPerWorker;
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
      this.#loaded ??= this.#options.prepared?.() ?? Promise.resolve();
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
    if (freest !== undefined && (freest.busy === 0 || this.#started.length === this.size)) return freest;
    const worker = new PoolWorker(this.#options.start, () => this.#dispatch());
    this.#started.push(worker);
    return worker;
  }
}

/** One thread and what it has been asked. */
class PoolWorker {
  readonly #thread: DecodeThread;
  readonly #running = new Map<number, Waiting>();
  #failure: Error | undefined;
  #asked = 0;

  constructor(start: DecodePoolOptions["start"], onFree: () => void) {
    this.#thread = start({
      response: ({ id, answer }) => {
        const { resolve } = this.#running.get(id)!;
        this.#running.delete(id);
        if (this.#running.size === 0) this.#thread.busy(false);
        resolve(answer);
        onFree();
      },
      failed: (error) => this.#fail(error),
    });
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
    if (this.#running.size === 0) this.#thread.busy(true);
    const request: DecodeRequest = { id: this.#asked++, task };
    this.#running.set(request.id, waiting);
    this.#thread.post(request);
  }

  async close(): Promise<void> {
    await this.#thread.end();
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
