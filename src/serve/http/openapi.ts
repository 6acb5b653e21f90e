// The document that GET /openapi.json gives: what each address takes and gives, for people and generators of clients.

type Json = Readonly<Record<string, unknown>>;

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json, description = "As asked") => ({ description, content: { "application/json": { schema } } });
const list = (items: Json) => ({ type: "array", items });
const text = { type: "string" };
const whole = { type: "integer" };
const object = (properties: Json, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  properties,
  required,
});

const failures = {
  400: json(ref("error"), "What was given does not fit"),
  401: json(ref("error"), "No valid key"),
  404: json(ref("error"), "No such model or version"),
  413: json(ref("error"), "Too large"),
  500: json(ref("error"), "The engine failed"),
  503: json(
    ref("error"),
    "Too much is asked at present, or the model is not there yet; Retry-After says when to ask again",
  ),
  504: json(ref("error"), "Waited as long as it may"),
};

const parameter = (name: string, description: string) => ({
  name,
  in: "path",
  required: true,
  description,
  schema: text,
});
const model = parameter("model", "The name of a model");
const version = parameter("version", "One of its versions; without it, the highest that is loaded");

const get = (summary: string, schema: Json) => ({ get: { summary, responses: { 200: json(schema), ...failures } } });
const post = (summary: string, requestBody: Json, response: Json, parameters: readonly Json[] = []) => ({
  post: { summary, parameters, requestBody, responses: { 200: response, ...failures } },
});

const tensor = object({ name: text, datatype: text, shape: list(whole) });
const parameters = { type: "object", additionalProperties: true };
const data = { type: "array", items: {}, description: "Numbers, flat in row-major order or nested as the shape" };
const binary = { schema: { type: "string", format: "binary" } };

const schemas = {
  error: object({ error: text }),
  server: object({ name: text, version: text, extensions: list(text) }),
  model: object({ name: text, versions: list(text), platform: text, inputs: list(tensor), outputs: list(tensor) }),
  infer_request: object(
    {
      id: text,
      parameters,
      inputs: list(object({ ...tensor.properties, parameters, data }, ["name", "datatype", "shape"])),
      outputs: list(object({ name: text, parameters }, ["name"])),
    },
    ["inputs"],
  ),
  infer_response: object(
    {
      model_name: text,
      model_version: text,
      id: text,
      outputs: list(object({ ...tensor.properties, parameters, data }, ["name", "datatype", "shape"])),
    },
    ["model_name", "model_version", "outputs"],
  ),
  answer: object({ index: whole, label: text, probability: { type: "number" }, logit: { type: "number" } }),
  photos: object({
    model_name: text,
    model_version: text,
    photos: list(
      object(
        {
          name: text,
          answers: list(ref("answer")),
          error: { ...text, description: "Why the photo has no answers" },
          gates: list(object({ site: text, paper: text, gates: list({ type: "number" }) })),
        },
        [],
      ),
    ),
  }),
  index: list(object({ name: text, version: text, state: text, reason: text })),
};

const inferBody = {
  required: true,
  content: { "application/json": { schema: ref("infer_request") }, "application/octet-stream": binary },
};
const photoBody = {
  required: true,
  description: "A photo, or a form with many",
  content: { "image/*": binary, "multipart/form-data": { schema: { type: "object", additionalProperties: true } } },
};
const photoQuery = [
  {
    name: "top",
    in: "query",
    description: "Answers for each photo",
    schema: { type: "integer", minimum: 1, default: 5 },
  },
  {
    name: "explain",
    in: "query",
    description: "gates: what each gate was",
    schema: { type: "string", enum: ["gates"] },
  },
];
const anyBody = { required: false, content: { "application/json": { schema: { type: "object" } } } };
const done = json({ type: "object" });

/** What there is of a model, behind `/v2/models/{model}` and behind a version of it. */
const ofModel = {
  "": get("Inputs and outputs of a model", ref("model")),
  "/ready": get("Whether a model is loaded", object({ name: text, version: text, ready: { type: "boolean" } })),
  "/config": get("Triton's configuration of a model", { type: "object" }),
  "/stats": get("What became of the requests of a model", object({ model_stats: list({ type: "object" }) })),
  "/infer": post("Tensors in, tensors out", inferBody, json(ref("infer_response"))),
  "/classify": post("Photos in, labels and probabilities out", photoBody, json(ref("photos")), photoQuery),
};

const models = Object.entries(ofModel).flatMap(([suffix, item]) => [
  [`/v2/models/{model}${suffix}`, { parameters: [model], ...item }],
  [`/v2/models/{model}/versions/{version}${suffix}`, { parameters: [model, version], ...item }],
]);

/** The OpenAPI document of the server. @param version of senet. */
export function openApi(version: string) {
  return {
    openapi: "3.0.3",
    info: { title: "senet", version, description: "Models by the Open Inference Protocol v2, and photos" },
    paths: {
      "/v2": get("Name, version and extensions of the server", ref("server")),
      "/v2/health/live": get("Whether the server runs", object({ live: { type: "boolean" } })),
      "/v2/health/ready": get("Whether all models are loaded", object({ ready: { type: "boolean" } })),
      ...Object.fromEntries(models),
      "/v2/models/stats": get("What became of all requests", object({ model_stats: list({ type: "object" }) })),
      "/v2/repository/index": post("What is loaded", anyBody, json(ref("index"))),
      "/v2/repository/models/{model}/load": {
        parameters: [model],
        ...post("Load a model, or load it anew", anyBody, done),
      },
      "/v2/repository/models/{model}/unload": { parameters: [model], ...post("Unload a model", anyBody, done) },
      "/metrics": {
        get: { summary: "Measures, for Prometheus", responses: { 200: { description: "Text, version 0.0.4" } } },
      },
      "/openapi.json": get("This document", { type: "object" }),
    },
    components: { schemas, securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  };
}
