import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod/mini";
import { readAs } from "../../schema.js";
import { Refusal, refuse } from "../refusal.js";
import { type Context, type ModelAddress, modelPaths } from "./context.js";

const indexRequest = z.object({ ready: z.optional(z.boolean()) });
const loadRequest = z.object({ parameters: z.optional(z.record(z.string(), z.unknown())) });

/** What is loaded, and how it is loaded and unloaded. Source: Triton, model repository extension. */
export function repositoryRoutes(app: FastifyInstance, { repository, bodies, config }: Context): void {
  const json = async <S extends z.ZodMiniType>(request: FastifyRequest, schema: S) => {
    const { bytes, release } = await bodies.read(request.raw);
    release();
    return parsed(bytes, schema);
  };
  app.post("/v2/repository/index", async (request) => {
    const { ready = false } = await json(request, indexRequest);
    return repository.index().filter(({ state }) => !ready || state === "READY");
  });
  app.post<ModelAddress>("/v2/repository/models/:model/load", async (request) => {
    const { parameters = {} } = await json(request, loadRequest);
    const [strange] = Object.keys(parameters);
    if (strange !== undefined)
      throw new Refusal(501, `got ${strange}; models are loaded as they were named at the start`);
    await repository.load(request.params.model);
    return {};
  });
  app.post<ModelAddress>("/v2/repository/models/:model/unload", async (request) => {
    await json(request, loadRequest);
    await repository.unload(request.params.model);
    return {};
  });
  for (const path of modelPaths("/config")) {
    app.get<ModelAddress>(path, async ({ params }) => config(repository.get(params.model, params.version)));
  }
}

function parsed<S extends z.ZodMiniType>(bytes: Buffer, schema: S): z.infer<S> {
  let value: unknown;
  try {
    value = bytes.length === 0 ? {} : JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    refuse(`got no JSON (${(error as Error).message}); expected an object, or nothing`);
  }
  const read = readAs(schema, value);
  if (read.success) return read.data as z.infer<S>;
  const [issue] = read.error.issues;
  return refuse(`got ${(issue?.path ?? []).join(".") || "JSON"}: ${issue?.message}; expected an object, or nothing`);
}
