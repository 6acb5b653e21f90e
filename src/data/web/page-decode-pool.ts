import { UserError } from "../../errors.js";
import { DecodePool } from "../decode/decode-pool.js";

/** Workers of the page that decode photos; by default one fewer than there are cores, at most four. */
export function pageDecodePool(
  workers = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)),
): DecodePool {
  return new DecodePool({
    size: workers,
    start(events) {
      const worker = new Worker(new URL("./photo-decoder.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => events.response(data);
      worker.onerror = ({ message }) =>
        events.failed(
          new UserError(
            `photos: the worker that decodes them failed (${message || "its file was not found"}); let the page's ` +
              "bundler take senet's workers",
          ),
        );
      return {
        post: (request) => worker.postMessage(request, [request.task.buffer]),
        busy() {},
        end: async () => worker.terminate(),
      };
    },
  });
}
