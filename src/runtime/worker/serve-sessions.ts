import { Misfit } from "../ort/misfit.js";
import { asError, type OrtUse, openOrt } from "../ort/open-ort.js";
import type { Session } from "../runtime.js";
import type { Answers, Call, Reply, Request } from "./protocol.js";

/**
 * Answers the calls of `askWorker` in the engine's thread, one after the other, so that a run sees the state the one
 * before it left.
 * @param useFor how the engine opens a graph.
 * @param reply sends an answer back.
 * @returns what takes each call.
 */
export function serveSessions(
  useFor: (request: Extract<Request, { kind: "open" }>) => OrtUse,
  reply: (reply: Reply) => void,
): (call: Call) => void {
  const sessions = new Map<number, Session>();
  const opened = (id: number): Session => {
    const found = sessions.get(id);
    if (found === undefined) throw new Misfit("got a session that was released; expected an open one");
    return found;
  };

  const handlers: { [K in Request["kind"]]: (request: Extract<Request, { kind: K }>) => Promise<Answers[K]> } = {
    async open(request) {
      const { session, onnx, resident, next, outputs } = request;
      sessions.set(session, await openOrt(useFor(request), onnx, { resident, next, outputs }));
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
  const handle = <K extends Request["kind"]>(request: Extract<Request, { kind: K }>): Promise<Answers[K]> =>
    handlers[request.kind as K](request);

  let queue: Promise<void> = Promise.resolve();
  return ({ id, request }) => {
    queue = queue.then(async () => {
      try {
        reply({ id, answer: await handle(request) });
      } catch (error) {
        reply({ id, error: asError(error), callers: error instanceof Misfit });
      }
    });
  };
}
