import type { FastifyInstance } from "fastify";
import { modelMetadata, serverMetadata } from "../protocol/metadata.js";
import { Refusal } from "../refusal.js";
import { type Context, type ModelAddress, modelPaths } from "./context.js";

/** Whether the server and its models are there, and what they are. */
export function healthRoutes(app: FastifyInstance, { version, repository, draining }: Context): void {
  app.get("/v2/health/live", async () => ({ live: true }));
  app.get("/v2/health/ready", async () => {
    if (draining()) throw new Refusal(503, "the server ends; ask another one");
    const missing = repository.index().filter(({ state, reason }) => state !== "READY" && reason !== "unloaded");
    if (!repository.ready) throw new Refusal(503, `not loaded yet: ${missing.map(({ name }) => name).join(", ")}`, 1);
    return { ready: true };
  });
  for (const path of ["/v2", "/v2/"]) app.get(path, async () => serverMetadata(version));
  for (const path of modelPaths("/ready")) {
    app.get<ModelAddress>(path, async ({ params }) => {
      const { name, version } = repository.get(params.model, params.version);
      return { name, version, ready: true };
    });
  }
  for (const path of modelPaths()) {
    app.get<ModelAddress>(path, async ({ params }) => {
      const { name, servable } = repository.get(params.model, params.version);
      return modelMetadata({ name, versions: repository.versions(name), ...servable });
    });
  }
}
