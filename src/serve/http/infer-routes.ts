import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { UserError } from "../../errors.js";
import { writeAnswer } from "../protocol/infer-answer.js";
import { readInferJson } from "../protocol/infer-json.js";
import { type InferRequest, inferRequest, rawRequest } from "../protocol/infer-request.js";
import { Refusal, refuse } from "../refusal.js";
import type { ServedModel } from "../repository/served-model.js";
import { cancelled } from "./cancelled.js";
import { type Context, type ModelAddress, modelPaths } from "./context.js";
import { runModel } from "./run-model.js";

/** Says how many bytes of a body are JSON, where tensors lie behind it as bytes. Source: Triton, binary tensor data. */
const headHeader = "inference-header-content-length";

/** Inference on tensors. */
export function inferRoutes(app: FastifyInstance, context: Context): void {
  for (const path of modelPaths("/infer")) {
    app.post<ModelAddress>(path, async (request, reply) => {
      const model = context.repository.get(request.params.model, request.params.version);
      const head = headOf(request);
      const body = await context.bodies.read(request.raw, head);
      try {
        const asked = readRequest(body.bytes, head, model);
        checkRows(model, asked, context.maxRows);
        const outputs = await runModel(context, model, asked.feeds, {
          timeout: asked.timeout ?? context.timeout,
          signal: cancelled(request, reply),
        });
        return send(reply, model, asked, outputs);
      } finally {
        body.release();
      }
    });
  }
}

function readRequest(bytes: Buffer, head: number | undefined, { servable }: ServedModel): InferRequest {
  if (head === 0) return rawRequest(bytes, servable);
  if (head !== undefined && head > bytes.length) {
    refuse(`got ${bytes.length} bytes; expected the ${head} of JSON that ${headHeader} says`);
  }
  return inferRequest(readInferJson(bytes.subarray(0, head)), bytes.subarray(head ?? bytes.length), servable);
}

/** @throws Refusal where a request has more rows than one may have. */
function checkRows({ servable }: ServedModel, { feeds }: InferRequest, most: number): void {
  const rows = feeds[servable.inputs[0]!.name]?.shape[0] ?? 1;
  if (servable.inputs[0]!.shape[0] === -1 && rows > most) refuse(`got ${rows} rows; expected at most ${most}`);
}

/** @throws Refusal where the header is no length. */
function headOf({ headers }: FastifyRequest): number | undefined {
  const text = headers[headHeader];
  if (text === undefined) return undefined;
  if (typeof text === "string" && /^\d{1,15}$/.test(text)) return Number(text);
  throw new Refusal(400, `got ${headHeader} ${JSON.stringify(text)}; expected a number of bytes`);
}

function send(
  reply: FastifyReply,
  { name, version, servable, classifier }: ServedModel,
  asked: InferRequest,
  outputs: Parameters<typeof writeAnswer>[2],
): FastifyReply {
  const labels = (output: string) =>
    classifier instanceof UserError || classifier.program.answer.output !== output ? undefined : classifier.classes;
  const { json, binary } = writeAnswer({ name, version, outputs: servable.outputs, labels }, asked, outputs);
  if (binary.length === 0) return reply.type("application/json").send(json);
  reply.header(headHeader, json.length).type("application/octet-stream");
  return reply.send(Buffer.concat([json, ...binary]));
}
