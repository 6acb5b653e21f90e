import type { FastifyInstance, FastifyRequest } from "fastify";
import { UserError } from "../../errors.js";
import type { Tensors } from "../../runtime/runtime.js";
import { classifyDecoded } from "../photos/classify.js";
import { decodePhotos } from "../photos/decode-photos.js";
import { boundaryOf, readMultipart } from "../photos/read-multipart.js";
import { Refusal, refuse } from "../refusal.js";
import { cancelled } from "./cancelled.js";
import { type Context, type ModelAddress, modelPaths } from "./context.js";
import { runModel } from "./run-model.js";

/** What an address asks of photos. */
interface PhotoQuery {
  readonly top?: string;
  readonly explain?: string;
}

/** A photo of a request. */
interface Photo {
  readonly name: string | undefined;
  readonly bytes: Buffer;
}

/** Photos in, answers out. */
export function classifyRoutes(app: FastifyInstance, context: Context): void {
  const { repository, bodies, pool, maxRows, timeout } = context;
  for (const path of modelPaths("/classify")) {
    app.post<ModelAddress & { Querystring: PhotoQuery }>(path, async (request, reply) => {
      const model = repository.get(request.params.model, request.params.version);
      const { name, version, classifier } = model;
      if (classifier instanceof UserError) throw new Refusal(501, `takes no photos: ${classifier.message}`);
      const top = topOf(request.query.top);
      const asked = explains(request.query.explain)
        ? await repository.explained(model)
        : { servable: model.servable, program: classifier.program, sites: undefined };
      const body = await bodies.read(request.raw);
      try {
        const photos = photosOf(request, body.bytes);
        if (photos.length > maxRows) throw new Refusal(413, `got ${photos.length} photos; expected at most ${maxRows}`);
        const decoded = await decodePhotos(
          photos.map(({ bytes }) => bytes),
          pool,
          classifier.preprocessing,
        );
        const signal = cancelled(request, reply);
        const run = (feeds: Tensors) => {
          return runModel(context, { ...model, servable: asked.servable }, feeds, { signal, timeout });
        };
        const { program, sites } = asked;
        const answers = await classifyDecoded(decoded, classifier, { run, program, sites, top });
        const [only] = answers;
        if (photos.length === 1 && only !== undefined && "error" in only) refuse(`got no photo: ${only.error}`);
        const named = answers.map((answer, i) => ({ ...(photos[i]!.name && { name: photos[i]!.name }), ...answer }));
        return { model_name: name, model_version: version, photos: named };
      } finally {
        body.release();
      }
    });
  }
}

function topOf(text: string | undefined): number {
  if (text === undefined) return 5;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  return refuse(`got top ${JSON.stringify(text)}; expected a whole number from 1`);
}

/** Whether gates are wanted beside the answers. */
function explains(text: string | undefined): boolean {
  if (text === undefined || text === "gates") return text !== undefined;
  return refuse(`got explain ${JSON.stringify(text)}; expected gates`);
}

/** The photos of a body: the files of a form, else the body itself, whatever type it says. */
function photosOf({ headers }: FastifyRequest, bytes: Buffer): Photo[] {
  const boundary = boundaryOf(headers["content-type"]);
  if (boundary === undefined) {
    return bytes.length > 0 ? [{ name: undefined, bytes }] : refuse("got no bytes; expected a photo");
  }
  const files = readMultipart(bytes, boundary);
  return files.length > 0 ? files : refuse("got a form without files; expected photos");
}
