import type { FastifyInstance } from "fastify";
import type { ServedModel } from "../repository/served-model.js";
import { prometheusText } from "../statistics/prometheus.js";
import { statisticsJson } from "../statistics/statistics-json.js";
import { type Context, type ModelAddress, modelPaths } from "./context.js";

/** What became of requests: for people and programs that ask, and for Prometheus. */
export function statisticsRoutes(app: FastifyInstance, { repository, measures }: Context): void {
  app.get("/metrics", async (_, reply) => {
    return reply
      .type("text/plain; version=0.0.4; charset=utf-8")
      .send(prometheusText(repository.counted(), measures()));
  });
  app.get("/v2/models/stats", async () => ({ model_stats: repository.loaded().map(statisticsOf) }));
  for (const path of modelPaths("/stats")) {
    app.get<ModelAddress>(path, async ({ params: { model, version } }) => {
      const models = (version === undefined ? repository.versions(model) : [version]).map((one) =>
        repository.get(model, one),
      );
      return { model_stats: models.map(statisticsOf) };
    });
  }
}

function statisticsOf({ name, version, statistics }: ServedModel) {
  return statisticsJson(name, version, statistics);
}
