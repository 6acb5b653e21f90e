import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { openApi } from "./http/openapi.js";
import type { ServerEvent } from "./serve-options.js";
import { jsonBody, numbersFor, type Served, serveFiles, smallNet } from "./served.test.helper.js";

const events: ServerEvent[] = [];
let served: Served;
beforeAll(async () => {
  const files = { a: smallNet({ seed: 1 }), "a:5": smallNet({ seed: 2 }), b: smallNet({ seed: 3, classes: 2 }) };
  served = await serveFiles(files, {
    apiKey: "secret",
    origins: ["https://page.example"],
    onEvent: (one) => events.push(one),
  });
});
afterAll(() => served.close());

const key = { authorization: "Bearer secret" };
const get = (path: string, headers: HeadersInit = key) => served.ask(path, { headers });
const post = (path: string, body = "", headers: HeadersInit = key) =>
  served.ask(path, { method: "POST", body, headers });
const json = async (response: Promise<Response>) => (await response).json() as Promise<unknown>;
const infer = (path: string, seed = 1) => post(`/v2/models/${path}/infer`, jsonBody(numbersFor(2, seed)));

describe("versions", () => {
  it("are asked for by number, the highest by none", async () => {
    expect(await json(get("/v2/models/a"))).toMatchObject({ name: "a", versions: ["1", "5"] });
    const [one, five, none] = await Promise.all(
      ["a/versions/1", "a/versions/5", "a"].map(async (path) => json(infer(path))),
    );
    expect(none).toEqual(five);
    expect(one).toMatchObject({ model_version: "1" });
    expect(none).toMatchObject({ model_version: "5" });
    expect((one as { outputs: unknown[] }).outputs).not.toEqual((five as { outputs: unknown[] }).outputs);
  });
});

describe("the repository", () => {
  it("says what is there, unloads and loads", async () => {
    const row = (name: string, version: string, state = "READY", reason = "") => ({ name, version, state, reason });
    expect(await json(post("/v2/repository/index"))).toEqual([row("a", "1"), row("a", "5"), row("b", "1")]);
    expect((await post("/v2/repository/models/b/unload", "{}")).status).toBe(200);
    expect(await json(post("/v2/repository/index", '{"ready":true}'))).toEqual([row("a", "1"), row("a", "5")]);
    expect(await json(infer("b"))).toEqual({ error: "model b is not loaded (unloaded); load it first" });
    expect((await get("/v2/health/ready")).status).toBe(200); // as it was asked for
    expect((await post("/v2/repository/models/b/load")).status).toBe(200);
    expect(await json(infer("b"))).toMatchObject({ model_name: "b" });
    expect((await post("/v2/repository/models/c/load")).status).toBe(404);
    expect(await json(post("/v2/repository/models/b/load", '{"parameters":{"config":"{}"}}'))).toEqual({
      error: "got config; models are loaded as they were named at the start",
    });
    expect(await json(post("/v2/repository/index", "[]"))).toEqual({
      error: expect.stringMatching(/^got JSON: .*expected/),
    });
    expect(events.map(({ event, model }) => [event, model])).toEqual(
      expect.arrayContaining([
        ["unloaded", "b/1"],
        ["loaded", "b/1"],
      ]),
    );
  });

  it("answers under load while a model is loaded anew", async () => {
    const before = await json(infer("a"));
    let loading = true;
    const loaded = post("/v2/repository/models/a/load").finally(() => {
      loading = false;
    });
    while (loading)
      for (const one of await Promise.all([infer("a"), infer("a")])) expect(await one.json()).toEqual(before);
    expect((await loaded).status).toBe(200);
    expect(await json(infer("a"))).toEqual(before);
  });
});

describe("measures", () => {
  it("count requests, rows, runs and failures, for Triton's clients and for Prometheus", async () => {
    const stats = async () => {
      const { model_stats } = (await json(get("/v2/models/b/stats"))) as {
        model_stats: {
          inference_count: number;
          execution_count: number;
          inference_stats: Record<string, { count: number; ns: number }>;
          batch_stats: { batch_size: number }[];
        }[];
      };
      return model_stats[0]!;
    };
    const before = await stats();
    await infer("b");
    await post("/v2/models/b/infer", jsonBody(numbersFor(2), {}, [2, 3, 64, 1]));
    const after = await stats();
    expect(after.inference_count - before.inference_count).toBe(2);
    expect(after.execution_count - before.execution_count).toBe(1);
    expect(after.inference_stats.success!.count - before.inference_stats.success!.count).toBe(1);
    expect(after.inference_stats.compute_infer!.ns).toBeGreaterThan(before.inference_stats.compute_infer!.ns);
    expect(after.batch_stats.map(({ batch_size }) => batch_size)).toEqual([2]);
    const text = await (await get("/metrics")).text();
    expect(text).toContain(`nv_inference_count{model="b",version="1"} ${after.inference_count}\n`);
    expect(text).toMatch(/senet_http_responses_total\{status="400"\} [1-9]/);
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? -?\d+(\.\d+)?(e[+-]?\d+)?)$/);
    }
    const families = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
  });
});

describe("the guard", () => {
  it("wants the key but for health", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }, { "x-api-key": "" }]) {
      const refused = await get("/v2", headers as HeadersInit);
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    }
    expect((await get("/v2", { "x-api-key": "secret" })).status).toBe(200);
    expect((await get("/v2/health/ready", {})).status).toBe(200);
  });

  it("lets the pages ask that it was told of, and no others", async () => {
    const preflight = { "access-control-request-method": "POST" };
    const ask = (method: string, origin: string, more = {}) =>
      served.ask("/v2/repository/index", { method, headers: { ...key, origin, ...more } });
    const known = await ask("OPTIONS", "https://page.example", preflight);
    expect([known.status, known.headers.get("access-control-allow-origin")]).toEqual([204, "https://page.example"]);
    expect(known.headers.get("access-control-allow-methods")).toBe("GET, POST");
    const other = await ask("OPTIONS", "https://other.example", preflight);
    expect([other.status, other.headers.get("access-control-allow-origin")]).toEqual([204, null]);
    expect((await ask("POST", "https://page.example")).status).toBe(200);
    expect((await ask("POST", "https://other.example")).status).toBe(403);
    expect((await ask("POST", "null")).status).toBe(403);
    expect((await ask("POST", served.url)).status).toBe(200);
  });

  it("isolates pages that come from here, so that they may have threads", async () => {
    const { headers } = await get("/v2/health/live");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  });
});

describe("the OpenAPI document", () => {
  it("tells of every address that there is", async () => {
    const document = (await json(get("/openapi.json"))) as ReturnType<typeof openApi>;
    expect(document.paths["/v2"].get.summary).toBe("Name, version and extensions of the server");
    for (const [path, item] of Object.entries<object>(document.paths)) {
      const url = path.replace("{model}", "a").replace("{version}", "1");
      const method = "post" in item ? "POST" : "GET";
      if (/unload|load/.test(path)) continue; // asked above
      const { status } = await served.ask(url, { method, headers: key });
      expect([path, [200, 400].includes(status)]).toEqual([path, true]);
    }
    const refs = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g)!;
    for (const ref of refs) expect(document.components.schemas).toHaveProperty(ref.split("/").at(-1)!);
  });
});
