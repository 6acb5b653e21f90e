import type { Session, Tensors } from "../../runtime/runtime.js";
import type { ThreadRuntime } from "../../runtime/worker/ask-worker.js";
import type { Servable } from "./servable.js";

/** Starts an engine. */
export type StartEngine = () => ThreadRuntime;

/** The thread that ran a request has ended under it. */
export class WorkerDied extends Error {}

/** Milliseconds before the thread of one that died is started, and the most of them where they go on dying. */
const [firstPause, longestPause] = [100, 10_000];

/** A thread with a session of everything that is served. When it dies, another one takes its place. */
export class Worker {
  readonly #start: StartEngine;
  readonly #onDied: (reason: Error) => void;
  #runtime: ThreadRuntime;
  readonly #sessions = new Map<Servable, Promise<Session>>();
  #busy = 0;
  /** Threads that have died one after the other, without a run between them. */
  #deaths = 0;
  #closed = false;
  /** Called whenever there is nothing to do any more. */
  onIdle: (() => void) | undefined;

  /** @param onDied hears why a thread is replaced. */
  constructor(start: StartEngine, onDied: (reason: Error) => void) {
    this.#start = start;
    this.#onDied = onDied;
    this.#runtime = this.#started();
  }

  /** Whether something runs, or is being opened. */
  get busy(): boolean {
    return this.#busy > 0;
  }

  /** @throws what the engine throws at a file that it does not run. */
  open(servable: Servable): Promise<void> {
    return this.#doing(async () => {
      const opening = this.#opened(servable);
      this.#sessions.set(servable, opening);
      try {
        await opening;
      } catch (error) {
        this.#sessions.delete(servable);
        throw error;
      }
    });
  }

  /**
   * Runs what was opened; the memory of the feeds goes to the thread.
   * @throws WorkerDied when the thread ends meanwhile; what the engine throws.
   */
  run(servable: Servable, feeds: Tensors): Promise<Tensors> {
    return this.#doing(async () => {
      const runtime = this.#runtime;
      try {
        const session = await this.#sessions.get(servable);
        if (session === undefined) throw new Error(`${servable.label}: run before it was opened`);
        const outputs = await session.run(feeds, { takeOver: true });
        this.#deaths = 0;
        return outputs;
      } catch (error) {
        if (runtime === this.#runtime) throw error;
        throw new WorkerDied(`${servable.label}: the thread that worked on it ended; ask again`, { cause: error });
      }
    });
  }

  async release(servable: Servable): Promise<void> {
    const session = this.#sessions.get(servable);
    this.#sessions.delete(servable);
    await this.#doing(async () => (await session)?.release());
  }

  /** Ends the thread once what runs is done. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#runtime.close();
  }

  async #doing<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      if (this.#busy === 0) this.onIdle?.();
    }
  }

  #opened({ onnx, folder, outputs }: Servable): Promise<Session> {
    return this.#runtime.open(onnx, { folder, outputs: outputs.map(({ name }) => name) });
  }

  #started(): ThreadRuntime {
    const runtime = this.#start();
    void runtime.ended.then((reason) => {
      if (!this.#closed && runtime === this.#runtime) void this.#replace(reason);
    });
    return runtime;
  }

  /** Opens everything again in a new thread; until that is done it takes no requests. */
  #replace(reason: Error): Promise<void> {
    const pause = this.#deaths === 0 ? 0 : Math.min(longestPause, firstPause * 2 ** this.#deaths);
    this.#deaths++;
    this.#runtime = this.#started();
    this.#onDied(reason);
    return this.#doing(async () => {
      await new Promise((resolve) => setTimeout(resolve, pause));
      for (const servable of this.#sessions.keys()) {
        const opening = this.#opened(servable);
        this.#sessions.set(servable, opening);
        await opening.catch(() => {}); // whoever runs it hears of it
      }
    });
  }
}
