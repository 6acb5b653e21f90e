import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { checkBound } from "../../bounds.js";
import { threadBound, usableCores } from "../../files/node/machine.js";
import { failureOf } from "../ort/failure-of.js";
import { askWorker, type ThreadRuntime } from "../worker/ask-worker.js";

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
export function nodeRuntime({ threads = usableCores(), spin = true }: NodeRuntimeOptions = {}): ThreadRuntime {
  checkBound("nodeRuntime", "threads", threads, threadBound());
  const name = `onnxruntime-node ${packageVersion("onnxruntime-node")} (cpu, ${threads} ${threads === 1 ? "thread" : "threads"})`;
  return askWorker(name, (events) => {
    // Without Node's own options: those of `node --input-type=module --eval` do not fit a file.
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: { threads, spin }, execArgv: [] });
    worker.unref();
    worker.on("message", events.reply);
    worker.on("error", (error) => events.failed(failureOf(error, false)));
    worker.on("exit", events.ended);
    return {
      post: (call, transferred) => worker.postMessage(call, transferred),
      busy: (working) => (working ? worker.ref() : worker.unref()),
      async end() {
        await worker.terminate();
      },
    };
  });
}

/** The version of an installed package. */
function packageVersion(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
