import type { FastifyError, FastifyReply } from "fastify";
import { UserError } from "../../errors.js";
import { Refusal } from "../refusal.js";

/** What a failure means to who asked. */
export interface Failure {
  readonly status: number;
  readonly message: string;
  readonly retryAfter?: number | undefined;
}

/** What a failure of any kind is answered with; what is our fault is not told in detail. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return error;
  if (error instanceof UserError) return { status: 400, message: error.message };
  const { statusCode, message } = error as Partial<FastifyError>;
  if (statusCode !== undefined && statusCode < 500) return { status: statusCode, message: message ?? "" };
  return { status: 500, message: error instanceof Error ? error.message.split("\n")[0]! : String(error) };
}

/** Sends a failure as the protocol has it: `{"error": "…"}`. */
export function sendFailure(reply: FastifyReply, { status, message, retryAfter }: Failure): FastifyReply {
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  return reply
    .code(status)
    .type("application/json")
    .send(JSON.stringify({ error: message }));
}
