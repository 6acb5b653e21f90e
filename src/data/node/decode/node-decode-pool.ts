import { Worker } from "node:worker_threads";
import { usableCores } from "../../../files/node/machine.js";
import { DecodePool } from "../../decode/decode-pool.js";

/** A pool of Node's threads; by default one per core, at most eight. */
export function nodeDecodePool(workers = Math.min(8, usableCores())): DecodePool {
  return new DecodePool({
    size: workers,
    // The library must be loaded by the main thread first: it does not survive that its only user, a thread, ends.
    prepared: () => import("sharp"),
    start(events) {
      const worker = new Worker(new URL("./decode-worker.js", import.meta.url));
      let working = false;
      // Not sooner: a thread that starts counts again whatever was said before.
      worker.on("online", () => {
        if (!working) worker.unref();
      });
      worker.on("message", events.response);
      worker.on("error", events.failed);
      worker.on("exit", () => events.failed(new Error("a thread that decodes images ended")));
      return {
        post: (request) => worker.postMessage(request, [request.task.buffer]),
        busy(now) {
          working = now;
          if (now) worker.ref();
          else worker.unref();
        },
        async end() {
          await worker.terminate();
        },
      };
    },
  });
}
