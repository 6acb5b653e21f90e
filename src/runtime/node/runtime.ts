import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { checkBound } from "../../bounds.js";
import { threadBound, usableCores } from "../../files/node/machine.js";
import type { Tensor } from "../../graph/tensor.js";
import { probeChannelBlock } from "../channel-block.js";
import { failureOf } from "../ort/failure-of.js";
import type { Runtime, Session } from "../runtime.js";
import type { Answers, Reply, Request } from "./protocol.js";

/** Options of the runtime on Node. */
export interface NodeRuntimeOptions {
  /** Threads an operator may use; all cores by default, at most twice as many as there are (four anyway). */
  readonly threads?: number | undefined;
  /**
   * Whether threads keep a core busy while they wait for each other (they do by default): faster alone, slower beside
   * other work such as decoding.
   */
  readonly spin?: boolean | undefined;
}

/**
 * Starts ONNX Runtime in a worker thread, so that the event loop stays free while a graph runs.
 * @throws UserError for no number of threads, or far more than cores.
 * @example
 * ```ts
 * import { float32, floatsOf, writeOnnx } from "senet";
 * import { nodeRuntime, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const runtime = nodeRuntime({ threads: 1 });
 * const session = await runtime.open(writeOnnx(graph, weights)); // opened once, it answers any number of times
 * const { logits } = await session.run({ x: float32([2, 3, 32, 32], new Float32Array(2 * 3 * 32 * 32)) });
 * await runtime.close();
 * console.log(logits?.shape, floatsOf(logits).length); // [ 2, 26 ] 52
 * ```
 */
export function nodeRuntime({ threads = usableCores(), spin = true }: NodeRuntimeOptions = {}): Runtime {
  checkBound("nodeRuntime", "threads", threads, threadBound());
  // Without Node's own options: those of `node --input-type=module --eval` do not fit a file.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: { threads, spin }, execArgv: [] });
  const pending = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let sessions = 0;
  let last: Promise<unknown> = Promise.resolve();
  let ended: Error | undefined;
  worker.unref();

  worker.on("message", (reply: Reply) => {
    const { resolve, reject } = pending.get(reply.id)!;
    pending.delete(reply.id);
    if (pending.size === 0) worker.unref();
    if ("error" in reply) reject(failureOf(reply.error, reply.callers));
    else resolve(reply.answer as never);
  });
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  const gone = () => new Error("onnxruntime: the engine was closed; open a new runtime");
  worker.on("error", (error) => end(failureOf(error, false)));
  worker.on("exit", () => end(gone()));

  function ask<K extends Request["kind"]>(
    request: Extract<Request, { kind: K }>,
    transferred: ArrayBuffer[] = [],
  ): Promise<Answers[K]> {
    if (ended !== undefined) return Promise.reject(ended);
    const answer = new Promise<Answers[K]>((resolve, reject) => {
      const id = calls++;
      pending.set(id, { resolve, reject });
      worker.ref(); // work in progress keeps the process alive, an idle engine does not
      worker.postMessage({ id, request }, transferred);
    });
    last = answer.catch(() => undefined);
    return answer;
  }

  let channelBlock: Promise<number | undefined> | undefined;
  const runtime: Runtime = {
    name: `onnxruntime-node ${packageVersion("onnxruntime-node")} (cpu, ${threads} ${threads === 1 ? "thread" : "threads"})`,
    async open(
      onnx,
      { resident = new Map(), next = new Map(), takeOver = false, outputs, folder } = {},
    ): Promise<Session> {
      const session = sessions++;
      await ask({ kind: "open", session, onnx, resident, next, outputs, folder }, takeOver ? buffersOf(resident) : []);
      return {
        run: (feeds) => ask({ kind: "run", session, feeds }),
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
      await worker.terminate();
    },
  };
  return runtime;
}

/** The memory of values, each piece once. */
function buffersOf(values: ReadonlyMap<string, Tensor>): ArrayBuffer[] {
  const buffers = new Set([...values.values()].map(({ data }) => data.buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** The version of an installed package. */
function packageVersion(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
