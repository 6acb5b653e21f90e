import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { serveSessions } from "../worker/serve-sessions.js";
import { sessionOptions } from "./session-options.js";

// `InferenceSession.run` blocks its thread for the whole run, so it has one of its own: this file is that thread.

const { threads, spin } = workerData as { threads: number; spin: boolean };
const serve = serveSessions(
  ({ next, folder }) => ({
    ort,
    options: { ...sessionOptions({ threads, spin, renews: next.size > 0, folder }) },
    state: "exchanged",
  }),
  (reply) => parentPort!.postMessage(reply),
);
parentPort!.on("message", serve);
