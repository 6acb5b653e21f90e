import { parentPort, workerData } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { Misfit } from "../ort/misfit.js";
import { asError, openOrt } from "../ort/open-ort.js";
import type { Session } from "../runtime.js";
import type { Answers, Call, Request } from "./protocol.js";
import { sessionOptions } from "./session-options.js";

// `InferenceSession.run` blocks its thread for the whole run, so it has one of its own: this file is that thread.

const { threads, spin } = workerData as { threads: number; spin: boolean };
const sessions = new Map<number, Session>();

function opened(id: number): Session {
  const found = sessions.get(id);
  if (found === undefined) throw new Misfit("got a session that was released; expected an open one");
  return found;
}

/** Requests are worked off one after the other, so that a run sees the state the one before it left. */
const handlers: { [K in Request["kind"]]: (request: Extract<Request, { kind: K }>) => Promise<Answers[K]> } = {
  async open({ session, onnx, resident, next, outputs, folder }) {
    const options = { ...sessionOptions({ threads, spin, renews: next.size > 0, folder }) };
    sessions.set(session, await openOrt({ ort, options, writes: true }, onnx, { resident, next, outputs }));
  },
  run: async ({ session, feeds }) => opened(session).run(feeds),
  time: async ({ session, feeds, repeats }) => opened(session).time(feeds, repeats),
  read: async ({ session, names }) => opened(session).read(names),
  async write({ session, values }) {
    await opened(session).write(values);
  },
  async release({ session }) {
    await opened(session).release();
    sessions.delete(session);
  },
};

function handle<K extends Request["kind"]>(request: Extract<Request, { kind: K }>): Promise<Answers[K]> {
  const handler = handlers[request.kind as K];
  return handler(request);
}

let queue: Promise<void> = Promise.resolve();
parentPort!.on("message", ({ id, request }: Call) => {
  queue = queue.then(async () => {
    try {
      parentPort!.postMessage({ id, answer: await handle(request) });
    } catch (error) {
      parentPort!.postMessage({ id, error: asError(error), callers: error instanceof Misfit });
    }
  });
});
