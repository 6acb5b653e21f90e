import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import type { DecodeRequest, DecodeResponse } from "../../decode/decode-protocol.js";
import { doTask } from "../../decode/decode-task.js";
import { decode } from "./decode.js";
import { readRef } from "./read-ref.js";

// One of the threads that turn image files into the network's input. Each thread is a core's worth of work by itself.
sharp.concurrency(1);
sharp.cache(false);

parentPort!.on("message", async ({ id, task }: DecodeRequest) => {
  const answer = await doTask(task, async (ref) => {
    const bytes = await readRef(ref);
    return (channels, size, frame) => decode(bytes, channels, size, frame);
  });
  parentPort!.postMessage({ id, answer } satisfies DecodeResponse, [answer.buffer]);
});
