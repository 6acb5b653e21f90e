import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPhoto } from "../data/node/decode/read-photo.js";
import { preprocess } from "../data/preprocess.js";
import { findGates } from "../explain/find-gates.js";
import { indexOf } from "../graph/graph-index.js";
import { readOnnx } from "../graph/onnx/read-onnx.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { float32, floatsOf } from "../graph/tensor.js";
import { nodeRuntime } from "../runtime/node/runtime.js";
import { findClassifier } from "../workspace/classifier/find-classifier.js";
import { openClassifier } from "../workspace/classifier/open-classifier.js";
import { jsonBody, numbersFor, type Served, serveFiles, smallNet } from "./served.test.helper.js";

const runtime = nodeRuntime({ threads: 1 });
const net = smallNet();
let served: Served;
beforeAll(async () => {
  served = await serveFiles({ small: net });
});
afterAll(async () => {
  await served.close();
  await runtime.close();
});

/** What the engine gives for rows of numbers. */
async function expected(x: Float32Array): Promise<number[]> {
  const session = await runtime.open(net);
  const { logits } = await session.run({ x: float32([x.length / 192, 3, 8, 8], x) });
  await session.release();
  return [...floatsOf(logits)];
}

const infer = "/v2/models/small/infer";
const post = (path: string, body: BodyInit, headers: HeadersInit = {}) =>
  served.ask(path, { method: "POST", body, headers });
const errorOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];

/** A request whose numbers lie behind its JSON. */
function binaryRequest(x: Float32Array, more: object = {}) {
  const parameters = { binary_data_size: x.byteLength };
  const shape = [x.length / 192, 3, 8, 8];
  const json = Buffer.from(JSON.stringify({ inputs: [{ name: "x", shape, datatype: "FP32", parameters }], ...more }));
  const body = Uint8Array.from(Buffer.concat([json, Buffer.from(x.buffer)]));
  return { body, headers: { "inference-header-content-length": String(json.length) } };
}

describe("health and metadata", () => {
  it("say that the server and its model are there, and what they are", async () => {
    for (const path of [
      "/v2/health/live",
      "/v2/health/ready",
      "/v2/models/small/ready",
      "/v2/models/small/versions/1/ready",
    ]) {
      expect((await served.ask(path)).status).toBe(200);
    }
    expect(await (await served.ask("/v2")).json()).toMatchObject({ name: "senet" });
    expect(await (await served.ask("/v2/models/small")).json()).toEqual({
      name: "small",
      versions: ["1"],
      platform: "onnx_onnxv1",
      inputs: [{ name: "x", datatype: "FP32", shape: [-1, 3, 8, 8] }],
      outputs: [{ name: "logits", datatype: "FP32", shape: [-1, 4] }],
    });
  });

  it("say what is not there", async () => {
    expect(await errorOf(await served.ask("/v2/models/large"))).toEqual([
      404,
      'got model "large"; expected one of small',
    ]);
    expect(await errorOf(await served.ask("/v2/models/small/versions/2/ready"))).toEqual([
      404,
      "got version 2 of model small; expected one of 1",
    ]);
    expect(await errorOf(await served.ask("/v3"))).toEqual([404, "got GET /v3; expected an address of /v2"]);
  });
});

describe("inference", () => {
  const x = numbersFor(3);

  it("of numbers in JSON gives what the engine gives, and the request's id", async () => {
    const answer = (await (await post(infer, jsonBody(x, { id: "7" }))).json()) as object;
    expect(answer).toEqual({
      model_name: "small",
      model_version: "1",
      id: "7",
      outputs: [{ name: "logits", datatype: "FP32", shape: [3, 4], data: await expected(x) }],
    });
  });

  it("of bytes gives bytes where they are asked for", async () => {
    const { body, headers } = binaryRequest(x, { parameters: { binary_data_output: true } });
    const response = await post(infer, body, headers);
    const head = Number(response.headers.get("inference-header-content-length"));
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(JSON.parse(bytes.toString("utf8", 0, head)).outputs).toEqual([
      { name: "logits", datatype: "FP32", shape: [3, 4], parameters: { binary_data_size: 48 } },
    ]);
    expect([...new Float32Array(Uint8Array.from(bytes.subarray(head)).buffer)]).toEqual(await expected(x));
  });

  it("of bytes alone takes the shape from the model", async () => {
    const body = new Uint8Array(x.buffer as ArrayBuffer);
    const response = await post(infer, body, { "inference-header-content-length": "0" });
    const head = Number(response.headers.get("inference-header-content-length"));
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...new Float32Array(Uint8Array.from(bytes.subarray(head)).buffer)]).toEqual(await expected(x));
  });

  it("names the likeliest classes where they are asked for", async () => {
    const outputs = [{ name: "logits", parameters: { classification: 2 } }];
    const answer = (await (await post(infer, jsonBody(x, { outputs }))).json()) as { outputs: { data: string[] }[] };
    const logits = (await expected(x)).slice(0, 4);
    const best = logits.indexOf(Math.max(...logits));
    expect(answer.outputs[0]).toMatchObject({ datatype: "BYTES", shape: [3, 2] });
    expect(answer.outputs[0]!.data[0]).toBe(`${logits[best]!.toFixed(6)}:${best}:class ${best}`);
  });

  const one = numbersFor(1);
  it.each([
    ["no JSON", "{", 400, /^got no JSON/],
    ["another shape", jsonBody(one, {}, [1, 3, 64, 1]), 400, "got x FP32 [1, 3, 64, 1]; expected x FP32 [-1, 3, 8, 8]"],
    ["another input", jsonBody(one).replace('"x"', '"y"'), 400, 'got input "y"; expected x FP32 [-1, 3, 8, 8]'],
    ["another type", jsonBody(one).replace("FP32", "FP64"), 400, /^got x FP64 .*; expected x FP32/],
    ["no input", '{"inputs":[]}', 400, "got no input x; expected x FP32 [-1, 3, 8, 8]"],
    ["an unknown output", jsonBody(one, { outputs: [{ name: "z" }] }), 400, 'got output "z"; expected some of logits'],
    ["no rows", jsonBody(new Float32Array(0), {}, [0, 3, 8, 8]), 400, "got a tensor without numbers; expected some"],
    ["too many rows", jsonBody(numbersFor(65)), 400, "got 65 rows; expected at most 64"],
  ])("of %s is refused", async (_, body, status, message) => {
    const [code, error] = await errorOf(await post(infer, body));
    expect([code, error]).toEqual([status, typeof message === "string" ? message : expect.stringMatching(message)]);
  });

  it.each([
    ["too few bytes", 40, "0", "got 40 bytes; expected x FP32 [-1, 3, 8, 8]"],
    ["a head that is longer than the body", 40, "80", /^got 40 bytes; expected the 80 of JSON/],
    ["a head that is no number", 40, "-1", /^got inference-header-content-length "-1"/],
  ])("of bytes with %s is refused", async (_, size, head, message) => {
    const response = await post(infer, Buffer.alloc(size), { "inference-header-content-length": head });
    expect(await errorOf(response)).toEqual([
      400,
      typeof message === "string" ? message : expect.stringMatching(message),
    ]);
  });
});

describe("photos", () => {
  const photo = (seed: number) => {
    const data = Buffer.from(Array.from({ length: 20 * 12 * 3 }, (_, i) => (i * seed * 7) % 256));
    return sharp(data, { raw: { width: 20, height: 12, channels: 3 } })
      .png()
      .toBuffer();
  };

  it("are answered as the classifier of the library answers them, alone and in forms", async () => {
    const classifier = await openClassifier(`${served.folder}/0.onnx`);
    const photos = [await photo(1), await photo(3)];
    const answers = await Promise.all(photos.map((one) => classifier.classify(one, { top: 2 })));
    await classifier.close();
    const path = "/v2/models/small/classify?top=2";
    const alone = (await (await post(path, photos[0]!)).json()) as object;
    expect(alone).toEqual({ model_name: "small", model_version: "1", photos: [{ answers: answers[0] }] });
    const form = new FormData();
    for (const [i, bytes] of photos.entries()) form.append("photos", new Blob([Uint8Array.from(bytes)]), `${i}.png`);
    form.append("photos", new Blob(["none"]), "none.png");
    const all = (await (await post(path, form)).json()) as { photos: object[] };
    expect(all.photos.slice(0, 2)).toEqual(answers.map((answers, i) => ({ name: `${i}.png`, answers })));
    expect(all.photos[2]).toEqual({ name: "none.png", error: expect.stringMatching(/./) });
  });

  it("tell what each gate was where that is asked for", async () => {
    const bytes = await photo(2);
    const ask = async (query: string) => {
      const answer = (await (await post(`/v2/models/small/classify${query}`, bytes)).json()) as {
        photos: { answers: { logit: number }[]; gates?: { site: string; gates: number[] }[] }[];
      };
      return answer.photos[0]!;
    };
    const [plain, explained] = [await ask(""), await ask("?explain=gates")];
    const logits = (of: typeof plain) => of.answers.map(({ logit }) => logit);
    expect(logits(explained)).toEqual(logits(plain).map((value) => expect.closeTo(value, 5)));
    const [block, ...others] = explained.gates!;
    expect([plain.gates, block!.site, others]).toEqual([undefined, "se", []]);
    expect(block!.gates).toHaveLength(8);
    // The block by hand: the mean over places, two layers, a sigmoid.
    const { graph, weights } = readOnnx(net);
    const { preprocessing } = await findClassifier(`${served.folder}/0.onnx`);
    const x = preprocess(await readPhoto(bytes), preprocessing);
    const gate = findGates(graph)[0]!.value;
    const program = writeOnnx({ ...graph, outputs: [indexOf(graph).value(gate)] }, weights);
    const session = await runtime.open(program);
    const outputs = await session.run({ x: float32([1, 3, 8, 8], x) });
    expect(block!.gates).toEqual(Array.from(floatsOf(outputs[gate]), (value) => expect.closeTo(value, 6)));
    expect(new Set(block!.gates).size).toBeGreaterThan(1);
  });

  it.each([
    ["none", "", "got no bytes; expected a photo"],
    ["what is no photo", "hello", /^got no photo: /],
  ])("are refused where there is %s", async (_, body, message) => {
    expect(await errorOf(await post("/v2/models/small/classify", body))).toEqual([
      400,
      typeof message === "string" ? message : expect.stringMatching(message),
    ]);
  });
});

describe("the end", () => {
  it("waits for requests that are under way, and refuses new ones", async () => {
    const own = await serveFiles({ small: net });
    const asked = Array.from({ length: 20 }, (_, i) => {
      return own.ask(infer, { method: "POST", body: jsonBody(numbersFor(1, i)) });
    });
    await Promise.race(asked);
    await own.close();
    const settled = await Promise.allSettled(asked);
    const statuses = settled.map((one) => (one.status === "fulfilled" ? one.value.status : "refused"));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(statuses.filter((status) => ![200, 503, "refused"].includes(status))).toEqual([]);
    await expect(own.ask("/v2/health/live")).rejects.toThrow();
  });
});
