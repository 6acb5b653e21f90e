import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { float32, floatsOf, type Tensor } from "../../graph/tensor.js";
import type { Session, Tensors } from "../../runtime/runtime.js";
import type { ThreadRuntime } from "../../runtime/worker/ask-worker.js";
import { Refusal } from "../refusal.js";
import { Scheduler, type SchedulerOptions } from "./scheduler.js";
import type { Servable } from "./servable.js";
import { Worker, WorkerDied } from "./worker.js";

const usual: SchedulerOptions = { maxBatch: 8, maxDelay: 0, maxQueue: 64 };

const spec = (name: string) => ({ name, datatype: "FP32" as const, shape: [-1, 1] });
const servableOf = (label: string, joins = true): Servable => ({
  label,
  onnx: new Uint8Array(),
  folder: undefined,
  inputs: [spec("x")],
  outputs: [spec("y")],
  joins,
});

/** A run that an engine was asked for, which the test ends. */
interface Run {
  readonly label: string;
  readonly x: readonly number[];
  end(error?: Error): void;
}

/** Engines that add 1, when the test lets them. */
class Engines {
  readonly runs: Run[] = [];
  readonly #ends: ((reason: Error) => void)[] = [];
  opened = 0;

  readonly start = (): ThreadRuntime => {
    let die!: (reason: Error) => void;
    const ended = new Promise<Error>((resolve) => {
      die = resolve;
    });
    this.#ends.push(die);
    const run = ({ x }: Tensors, label: string) =>
      new Promise<Tensors>((resolve, reject) => {
        void ended.then(reject);
        const data = [...floatsOf(x)];
        const y: Tensor = float32(
          [data.length, 1],
          data.map((value) => value + 1),
        );
        this.runs.push({ label, x: data, end: (error) => (error === undefined ? resolve({ y }) : reject(error)) });
      });
    const open = async (onnx: Uint8Array) => {
      this.opened++;
      return {
        run: (feeds: Tensors) => run(feeds, String(onnx.length)),
        release: async () => {},
      } as unknown as Session;
    };
    return { name: "engine", open, ended, close: async () => {}, channelBlock: async () => undefined };
  };

  /** Ends a thread under whatever it does. */
  kill(index: number): void {
    this.#ends[index]!(new Error("killed"));
  }
}

async function opened(count: number, options: Partial<SchedulerOptions> = {}, servables = [servableOf("a")]) {
  const engines = new Engines();
  const died: Error[] = [];
  const workers = Array.from({ length: count }, () => new Worker(engines.start, (reason) => died.push(reason)));
  const scheduler = new Scheduler(workers, { ...usual, ...options });
  for (const worker of workers) for (const servable of servables) await worker.open(servable);
  const ask = (x: readonly number[], more: Parameters<Scheduler["run"]>[2] = {}, servable = servables[0]!) =>
    scheduler
      .run(servable, { x: float32([x.length, 1], [...x]) }, more)
      .then(({ outputs }) => [...floatsOf(outputs.y)]);
  return { engines, workers, scheduler, ask, died };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a scheduler", () => {
  afterEach(() => vi.useRealTimers());

  it("runs a lone request at once, and joins those that waited, in their order and by rows", async () => {
    const { engines, ask, scheduler } = await opened(1);
    const answers = [ask([1]), ask([2, 3, 4]), ask([5, 6, 7]), ask([8, 9, 10])];
    await turn();
    expect(engines.runs.map(({ x }) => x)).toEqual([[1]]);
    expect([scheduler.waiting, scheduler.pending]).toEqual([9, 10]);
    for (let i = 0; i < 3; i++) {
      engines.runs[i]!.end();
      await turn();
    }
    expect(engines.runs.map(({ x }) => x)).toEqual([[1], [2, 3, 4, 5, 6, 7], [8, 9, 10]]);
    expect(await Promise.all(answers)).toEqual([[2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]);
    expect([scheduler.waiting, scheduler.pending]).toEqual([0, 0]);
  });

  it("uses idle workers before it lets anybody wait", async () => {
    const { engines, ask } = await opened(3);
    void Promise.all([ask([1]), ask([2]), ask([3]), ask([4])]);
    await turn();
    expect(engines.runs.map(({ x }) => x)).toEqual([[1], [2], [3]]);
    for (const run of engines.runs) run.end();
    await turn();
    engines.runs.at(-1)!.end();
  });

  it("waits for others where that is asked for, until there are enough", async () => {
    vi.useFakeTimers();
    const { engines, ask } = await opened(1, { maxDelay: 20, maxBatch: 4 });
    const [first, second] = [ask([1]), ask([2])];
    await vi.advanceTimersByTimeAsync(19);
    expect(engines.runs).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(engines.runs.map(({ x }) => x)).toEqual([[1, 2]]);
    engines.runs[0]!.end();
    expect([await first, await second]).toEqual([[2], [3]]);
    const full = ask([1, 2, 3, 4]);
    expect(engines.runs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(engines.runs).toHaveLength(2); // four rows are a batch: none waits
    engines.runs[1]!.end();
    await full;
  });

  it("never joins what does not join", async () => {
    const { engines, ask } = await opened(1, {}, [servableOf("a", false)]);
    const answers = [ask([1]), ask([2]), ask([3])];
    for (let i = 0; i < 3; i++) {
      await turn();
      engines.runs[i]!.end();
    }
    expect(await Promise.all(answers)).toEqual([[2], [3], [4]]);
    expect(engines.runs.map(({ x }) => x)).toEqual([[1], [2], [3]]);
  });

  it("refuses what would wait behind too many, at once, and says when to ask again", async () => {
    const { engines, ask } = await opened(1, { maxQueue: 4 });
    const held = [ask([1]), ask([2, 3, 4])];
    expect(() => ask([5, 6])).toThrow("3 rows wait and at most 4 may; ask again later");
    const last = ask([5]);
    try {
      ask([6]);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect((error as Refusal).status).toBe(503);
      expect((error as Refusal).retryAfter).toBeGreaterThanOrEqual(1);
    }
    await turn();
    engines.runs[0]!.end();
    await turn();
    engines.runs[1]!.end();
    expect(await Promise.all([...held, last])).toEqual([[2], [3, 4, 5], [6]]);
  });

  it("drops who waited too long, and who has gone, and nobody else", async () => {
    vi.useFakeTimers();
    const { engines, ask, scheduler } = await opened(1);
    const controller = new AbortController();
    const running = ask([1], { timeout: 10 });
    const late = ask([2], { timeout: 10 }).catch((error: Refusal) => [error.status, error.message]);
    const gone = ask([3], { signal: controller.signal }).catch((error: Error) => error.message);
    const patient = ask([4], { timeout: 1000 });
    controller.abort(new Error("gone"));
    await vi.advanceTimersByTimeAsync(11);
    expect(await late).toEqual([504, "waited 10 ms for its turn, as long as it may; ask again later"]);
    expect(await gone).toBe("gone");
    expect(scheduler.waiting).toBe(1);
    engines.runs[0]!.end();
    await vi.advanceTimersByTimeAsync(1);
    engines.runs[1]!.end();
    expect([await running, await patient]).toEqual([[2], [5]]);
    expect(engines.runs.map(({ x }) => x)).toEqual([[1], [4]]);
    expect(vi.getTimerCount()).toBe(0); // nothing is held for those that are done
  });

  it("lets a request that spoils a batch fail by itself", async () => {
    const { engines, ask } = await opened(1);
    const answers = [ask([1]), ask([2]), ask([13]), ask([4])].map((one) => one.catch((error: Error) => error.message));
    await turn();
    engines.runs[0]!.end();
    await turn();
    expect(engines.runs[1]!.x).toEqual([2, 13, 4]);
    engines.runs[1]!.end(new Error("bad batch"));
    for (let i = 2; i < 5; i++) {
      await turn();
      engines.runs[i]!.end(engines.runs[i]!.x[0] === 13 ? new Error("bad") : undefined);
    }
    expect(await Promise.all(answers)).toEqual([[2], [3], "bad", [5]]);
  });

  it("replaces a worker that dies: only what ran on it fails, the rest waits for the new one", async () => {
    const { engines, ask, died } = await opened(2);
    const answers = [ask([1]), ask([2]), ask([3]), ask([4])].map((one) => one.catch((error: Error) => error));
    await turn();
    const opened2 = engines.opened;
    engines.kill(0);
    await vi.waitFor(() => expect(engines.opened).toBe(opened2 + 1)); // its session is there again
    expect(await answers[0]).toBeInstanceOf(WorkerDied);
    expect(died.map(({ message }) => message)).toEqual(["killed"]);
    await vi.waitFor(() => expect(engines.runs).toHaveLength(3));
    engines.runs[1]!.end();
    engines.runs[2]!.end();
    expect(await Promise.all(answers.slice(1))).toEqual([[3], [4], [5]]);
  });

  it("tells when a servable has nothing left to do", async () => {
    const [a, b] = [servableOf("a"), servableOf("b")];
    const { engines, ask, scheduler } = await opened(1, {}, [a, b]);
    await scheduler.settled(a);
    const answers = [ask([1], {}, a), ask([2], {}, a), ask([3], {}, b)];
    let settled = false;
    const waiting = scheduler.settled(a).then(() => {
      settled = true;
    });
    await turn();
    engines.runs[0]!.end();
    await turn();
    expect(settled).toBe(false);
    engines.runs[1]!.end();
    await waiting;
    await turn();
    engines.runs[2]!.end();
    await Promise.all(answers);
  });

  it("gives every request its own answer, whatever their sizes, orders, models, cancels and deaths", async () => {
    const event = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant("ask" as const),
          rows: fc.integer({ min: 1, max: 5 }),
          of: fc.nat(2),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("fail" as const), which: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const), which: fc.nat(1) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (events, count, maxBatch) => {
          const servables = [servableOf("a"), servableOf("b"), servableOf("c", false)];
          const { engines, ask, scheduler } = await opened(count, { maxBatch, maxQueue: 20 }, servables);
          const asked: { x: number[]; controller: AbortController; answer: Promise<number[] | Error> }[] = [];
          const open = () => engines.runs.filter((run) => !ended.has(run));
          const ended = new Set<Run>();
          let number = 0;
          for (const one of events) {
            if (one.kind === "ask") {
              const x = Array.from({ length: one.rows }, () => number++);
              const controller = new AbortController();
              try {
                const answer = ask(x, { signal: controller.signal }, servables[one.of]!).catch((error: Error) => error);
                asked.push({ x, controller, answer });
              } catch (error) {
                expect((error as Refusal).status).toBe(503);
              }
            } else if (one.kind === "cancel") asked[one.which]?.controller.abort(new Error("gone"));
            else if (one.kind === "kill") {
              if (count > one.which) engines.kill(one.which);
            } else {
              const run = open()[one.which];
              if (run === undefined) continue;
              ended.add(run);
              run.end(one.kind === "fail" ? new Error("failed") : undefined);
            }
            await turn();
          }
          const all = Promise.all(asked.map(({ answer }) => answer));
          let done = false;
          void all.then(() => {
            done = true;
          });
          while (!done) {
            for (const run of open()) {
              ended.add(run);
              run.end();
            }
            await turn();
          }
          for (const [i, answer] of (await all).entries()) {
            if (answer instanceof Error)
              expect(["gone", "failed"].includes(answer.message) || answer instanceof WorkerDied).toBe(true);
            else expect(answer).toEqual(asked[i]!.x.map((value) => value + 1));
          }
          expect([scheduler.waiting, scheduler.pending]).toEqual([0, 0]);
          for (const { x } of engines.runs) expect(x.length <= maxBatch || x.length <= 5).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});
