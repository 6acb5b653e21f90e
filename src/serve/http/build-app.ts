import fastify, { type FastifyInstance } from "fastify";
import { classifyRoutes } from "./classify-routes.js";
import type { Context } from "./context.js";
import { failureOf, sendFailure } from "./failure.js";
import { healthRoutes } from "./health-routes.js";
import { inferRoutes } from "./infer-routes.js";

/** All addresses of the server. */
export async function buildApp(context: Context): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    forceCloseConnections: "idle",
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 256 },
  });
  // Bodies are read by the routes themselves, as the bytes that they are.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null));
  app.setErrorHandler((error, _request, reply) => {
    const failure = failureOf(error);
    if (failure.status >= 500) context.onEvent({ level: "error", event: "request failed", error: failure.message });
    return sendFailure(reply, failure);
  });
  app.setNotFoundHandler((request, reply) =>
    sendFailure(reply, { status: 404, message: `got ${request.method} ${request.url}; expected an address of /v2` }),
  );
  healthRoutes(app, context);
  inferRoutes(app, context);
  classifyRoutes(app, context);
  return app;
}
