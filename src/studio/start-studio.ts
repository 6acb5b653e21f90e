import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance } from "fastify";
import { UserError } from "../errors.js";
import { isolate } from "../serve/http/isolate.js";
import { RunList } from "../workspace/run/list-runs.js";
import { REPORT } from "../workspace/run/train-in-folder.js";

/** What `startStudio` may be told. */
export interface StudioOptions {
  /** The folder whose runs are shown; `runs` by default. It may come later. */
  readonly runs?: string;
  /** The address to listen on; 127.0.0.1 by default, where no other machine can ask. */
  readonly host?: string;
  /** The port to listen on; 0, the default, takes any that is free. */
  readonly port?: number;
}

/** The studio, as it listens. */
export interface Studio {
  /** `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Ends it. */
  close(): Promise<void>;
}

/** The page as it was built into the package. */
const page = fileURLToPath(new URL("../studio-page/", import.meta.url));

/**
 * Serves the studio: the page that the package ships, and the runs of a folder, which it only reads.
 * @throws UserError when the page was not built; the system's error when the address cannot be listened on.
 * @example
 * ```ts
 * import { startStudio } from "senet/node";
 *
 * const studio = await startStudio({ runs: "runs" });
 * const page = await fetch(studio.url);
 * await studio.close();
 * console.log(page.status); // 200
 * ```
 */
export async function startStudio({
  runs = "runs",
  host = "127.0.0.1",
  port = 0,
}: StudioOptions = {}): Promise<Studio> {
  if (!existsSync(join(page, "index.html"))) {
    throw new UserError(
      "the studio's page is not built; expected it in dist/studio-page; run npm run build:studio first",
    );
  }
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.addHook("onRequest", async ({ headers }, reply) => {
    isolate(reply, false);
    // A page elsewhere whose name leads here for a moment could read the runs of whoever opens it.
    if (isOwnMachine(host) && !isOwnMachine(nameOf(headers.host))) {
      return reply.code(403).send({ error: `got the host ${headers.host}; expected localhost` });
    }
    return undefined;
  });
  runRoutes(app, runs);
  await app.register(fastifyStatic, { root: page, index: "index.html" });
  await app.listen({ host, port });
  const { address, family, port: taken } = app.server.address() as AddressInfo;
  return { url: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}`, close: () => app.close() };
}

/** What the page asks of runs. */
function runRoutes(app: FastifyInstance, folder: string): void {
  const list = new RunList(folder);
  app.get("/api/runs", async ({ headers }, reply) => {
    const body = JSON.stringify(await list.list());
    const version = `"${createHash("sha256").update(body).digest("base64url")}"`;
    reply.header("etag", version).header("cache-control", "no-cache");
    if (headers["if-none-match"] === version) return reply.code(304).send();
    return reply.type("application/json").send(body);
  });
  app.get<{ Querystring: { readonly run?: string } }>("/api/epochs", async ({ query: { run = "" } }, reply) => {
    const epochs = await list.epochs(run);
    return epochs ?? reply.code(404).send({ error: `got no run ${run}; expected one of /api/runs` });
  });
  app.get<{ Params: { readonly "*": string } }>("/runs/*", async ({ params }, reply) => {
    const named = params["*"];
    const run = named === REPORT ? "." : named.endsWith(`/${REPORT}`) ? named.slice(0, -REPORT.length - 1) : undefined;
    const path = run === undefined ? undefined : list.pathOf(run);
    if (path === undefined) return reply.code(404).send({ error: `got ${named}; expected RUN/${REPORT}` });
    // A run's page comes from wherever the run does: it may draw itself, and can ask nothing of here.
    reply.header("content-security-policy", "sandbox allow-scripts allow-popups");
    return reply.sendFile(REPORT, resolve(path));
  });
}

const isOwnMachine = (name: string) => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name);
const nameOf = (host = "") => host.replace(/:\d+$/, "");
