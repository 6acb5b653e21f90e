import fastify, { type FastifyInstance } from "fastify";
import { classifyRoutes } from "./classify-routes.js";
import type { Context } from "./context.js";
import { failureOf, sendFailure } from "./failure.js";
import { type GuardOptions, guard } from "./guard.js";
import { healthRoutes } from "./health-routes.js";
import { inferRoutes } from "./infer-routes.js";
import { openApi } from "./openapi.js";
import { repositoryRoutes } from "./repository-routes.js";
import { statisticsRoutes } from "./statistics-routes.js";

/** All addresses of the server. */
export async function buildApp(context: Context, guarded: GuardOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    forceCloseConnections: "idle",
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 256 },
  });
  // Bodies are read by the routes themselves, as the bytes that they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler((error, request, reply) => {
    const failure = failureOf(error);
    if (failure.status === 500) {
      const { method, url } = request;
      context.onEvent({ level: "error", event: "request failed", method, url, error: failure.message });
    }
    return sendFailure(reply, failure);
  });
  app.addHook("onResponse", async ({ method, url }, reply) => {
    context.onAnswer(reply.statusCode);
    const milliseconds = Number(reply.elapsedTime.toFixed(3));
    context.onEvent({ level: "debug", event: "answered", method, url, status: reply.statusCode, milliseconds });
  });
  guard(app, guarded);
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, { status: 404, message: `got ${request.method} ${request.url}; expected an address of /v2` }),
  );
  healthRoutes(app, context);
  inferRoutes(app, context);
  classifyRoutes(app, context);
  repositoryRoutes(app, context);
  statisticsRoutes(app, context);
  app.get("/openapi.json", async () => openApi(context.version));
  return app;
}
