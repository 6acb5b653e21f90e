import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../refusal.js";
import { isolate } from "./isolate.js";

/** Who may ask. */
export interface GuardOptions {
  /** What requests must show as `Authorization: Bearer …` or `X-API-Key`; nothing by default. */
  readonly apiKey?: string | undefined;
  /** Pages of other origins that may ask: `*` is all of them. */
  readonly origins: readonly string[];
}

/** Headers that pages of another origin may send and read. */
const sent = "Content-Type, Authorization, X-API-Key, Inference-Header-Content-Length";
const read = "Inference-Header-Content-Length, Retry-After";

/** Checks keys and origins before a request is looked at, and sets the headers that all answers have. */
export function guard(app: FastifyInstance, { apiKey, origins }: GuardOptions): void {
  const key = apiKey === undefined ? undefined : digest(apiKey);
  app.addHook("onRequest", async (request, reply) => {
    isolate(reply, origins.length > 0);
    const allowed = allowOrigin(request, reply, origins);
    if (request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined) {
      if (allowed)
        reply.header("access-control-allow-methods", "GET, POST").header("access-control-allow-headers", sent);
      return reply.header("access-control-max-age", 600).code(204).send();
    }
    // A page of another origin could ask for what changes something without reading the answer.
    if (!allowed && request.method !== "GET" && request.method !== "HEAD") {
      throw new Refusal(403, `got a request of the page ${request.headers.origin}; expected one of an allowed origin`);
    }
    if (key !== undefined && !request.url.startsWith("/v2/health/") && !hasKey(request, key)) {
      reply.header("www-authenticate", "Bearer");
      throw new Refusal(401, "got no valid key; expected it as Authorization: Bearer KEY, or as X-API-Key");
    }
    return undefined;
  });
}

/** @returns whether the page that asks, if it is one, comes from here or from an allowed origin. */
function allowOrigin({ headers }: FastifyRequest, reply: FastifyReply, origins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origins.length > 0) reply.header("vary", "Origin");
  if (origin === undefined) return true;
  if (origins.includes("*") || origins.includes(origin)) {
    reply
      .header("access-control-allow-origin", origins.includes("*") ? "*" : origin)
      .header("access-control-expose-headers", read);
    return true;
  }
  return URL.canParse(origin) && new URL(origin).host === host;
}

function hasKey({ headers }: FastifyRequest, key: Buffer): boolean {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const given = bearer ?? headers["x-api-key"];
  return typeof given === "string" && timingSafeEqual(digest(given), key);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
