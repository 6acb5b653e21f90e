import type { Tensor } from "../../graph/tensor.js";
import { probeChannelBlock } from "../channel-block.js";
import { failureOf } from "../ort/failure-of.js";
import type { Runtime, Session } from "../runtime.js";
import type { Answers, Call, Reply, Request } from "./protocol.js";

/** The thread that an engine runs in, as who asks it sees it. */
export interface EngineThread {
  post(call: Call, transferred: ArrayBuffer[]): void;
  /** Told when work begins and when none is left: work keeps a process alive, an idle engine does not. */
  busy(working: boolean): void;
  end(): Promise<void>;
}

/** What a thread tells whoever asked it. */
export interface ThreadEvents {
  reply(reply: Reply): void;
  /** The thread failed as a whole: every call that waits, and every later one, fails so. */
  failed(error: Error): void;
  /** The thread has ended. */
  ended(): void;
}

/** An engine that works in a thread of its own. */
export interface ThreadRuntime extends Runtime {
  /** Settles when that thread has ended, closed or by itself, with what every later request fails by. */
  readonly ended: Promise<Error>;
}

/**
 * A runtime whose engine works in a thread of its own, which answers by `serveSessions`.
 * @param start gives the thread, whose events go to what it is given.
 */
export function askWorker(name: string, start: (events: ThreadEvents) => EngineThread): ThreadRuntime {
  const pending = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let sessions = 0;
  let last: Promise<unknown> = Promise.resolve();
  let ended: Error | undefined;
  let tellEnd!: (reason: Error) => void;
  const end = (error: Error) => {
    ended ??= error;
    tellEnd(ended); // whoever replaces the thread hears of it before those whose requests it takes along
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  const gone = () => new Error("onnxruntime: the engine was closed; open a new runtime");
  const thread = start({
    reply(reply) {
      const waiting = pending.get(reply.id);
      if (waiting === undefined) return; // the thread has died since, and whoever asked was told so
      const { resolve, reject } = waiting;
      pending.delete(reply.id);
      if (pending.size === 0) thread.busy(false);
      if ("error" in reply) reject(failureOf(reply.error, reply.callers));
      else resolve(reply.answer as never);
    },
    failed: end,
    ended: () => end(gone()),
  });

  function ask<K extends Request["kind"]>(
    request: Extract<Request, { kind: K }>,
    transferred: ArrayBuffer[] = [],
  ): Promise<Answers[K]> {
    if (ended !== undefined) return Promise.reject(ended);
    const answer = new Promise<Answers[K]>((resolve, reject) => {
      const id = calls++;
      pending.set(id, { resolve, reject });
      thread.busy(true);
      thread.post({ id, request }, transferred);
    });
    last = answer.catch(() => undefined);
    return answer;
  }

  let channelBlock: Promise<number | undefined> | undefined;
  const runtime: ThreadRuntime = {
    name,
    ended: new Promise((resolve) => {
      tellEnd = resolve;
    }),
    async open(
      onnx,
      { resident = new Map(), next = new Map(), takeOver = false, outputs, folder } = {},
    ): Promise<Session> {
      const session = sessions++;
      await ask({ kind: "open", session, onnx, resident, next, outputs, folder }, takeOver ? buffersOf(resident) : []);
      return {
        run: (feeds, { takeOver: moved = false } = {}) => {
          return ask({ kind: "run", session, feeds }, moved ? buffersOf(Object.entries(feeds)) : []);
        },
        time: (feeds, repeats) => ask({ kind: "time", session, feeds, repeats }),
        read: (names) => ask({ kind: "read", session, names }),
        write: (values) => ask({ kind: "write", session, values }),
        release: () => ask({ kind: "release", session }),
      };
    },
    channelBlock() {
      channelBlock ??= probeChannelBlock(runtime);
      return channelBlock;
    },
    async close() {
      ended ??= gone();
      await last; // a thread that is ended while its graph runs takes the whole process with it
      await thread.end();
    },
  };
  return runtime;
}

/** The memory of values, each piece once. */
function buffersOf(values: Iterable<readonly [string, Tensor]>): ArrayBuffer[] {
  const buffers = new Set(Array.from(values, ([, { data }]) => data.buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
