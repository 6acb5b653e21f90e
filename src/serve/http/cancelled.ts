import type { FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../refusal.js";

/** A signal that aborts when whoever asked goes away before the answer. */
export function cancelled({ raw }: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort(new Refusal(499, "whoever asked has gone"));
  });
  if (raw.socket.destroyed) controller.abort(new Refusal(499, "whoever asked has gone"));
  return controller.signal;
}
