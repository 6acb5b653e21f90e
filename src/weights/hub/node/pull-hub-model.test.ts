import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../../errors.js";
import { breakOff } from "../../../files/node/fetch/break-off.test.helper.js";
import type { Notice } from "../../../notice.js";
import { Random } from "../../../random.js";
import { until } from "../../../testing/until.js";
import { parseHubId } from "../hub-id.js";
import type { HubOptions } from "./hub-options.js";
import { gitHash, goodToken, HubServer, type Mischief, sha256 } from "./hub-server.test.helper.js";
import { listCache } from "./list-hub-cache.js";
import { pullHubModel } from "./open-hub-model.js";
import { firstCommit, oneCommit, secondCommit, smallConfig, smallFiles } from "./timm-repository.test.helper.js";

const root = mkdtempSync(join(tmpdir(), "senet-hub-"));
const server = await HubServer.start();
const [files, newer] = [smallFiles(1), smallFiles(2)];
const weights = files["model.safetensors"]!;
const name = "timm/small.in3";
server.repositories.set(name, oneCommit(files));
server.repositories.set("timm/gated", oneCommit(files, "gated"));
server.repositories.set("timm/private", oneCommit(files, "private"));
server.repositories.set("timm/moving", {
  commits: { [firstCommit]: files, [secondCommit]: newer },
  refs: { main: secondCommit, "v1.0": firstCommit, "refs/pr/1": firstCommit },
});
afterAll(() => {
  server.stop();
  rmSync(root, { recursive: true, force: true });
});

let cache: string;
let notices: Notice[];
let tests = 0;
beforeEach(() => {
  server.reset();
  cache = join(root, `${tests++}`);
  notices = [];
});

/** Milliseconds that no honest answer takes, whatever else the machine does. */
const endless = 3_600_000;

function options(more: Partial<HubOptions & { token: string; offline: boolean; endpoint: string }> = {}): HubOptions {
  const { token, offline = false, endpoint = server.endpoint, ...rest } = more;
  const settings = { endpoint, token, cache, offline };
  return { settings, onNotice: (notice) => notices.push(notice), attempts: 3, pause: 5, patience: endless, ...rest };
}

const pull = (id = name, more: Parameters<typeof options>[0] = {}) => pullHubModel(parseHubId(id), options(more));
const folder = (id = name) => join(cache, `models--${id.replace("/", "--")}`);
const part = () => join(folder(), "blobs", `${sha256(weights)}.incomplete`);
const downloads = () => server.seen.filter(({ host }) => host === "cdn");

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("a model that is pulled", () => {
  it("lies in the cache as huggingface_hub lays it out", async () => {
    const seen: [string, number, number][] = [];
    const pulled = await pull(name, { onProgress: (...at) => seen.push(at) });
    expect(pulled).toMatchObject({ repository: name, commit: firstCommit, config: { architecture: "seresnet20" } });
    expect(readFileSync(join(folder(), "refs/main"), "utf8")).toBe(firstCommit);
    const snapshot = join(folder(), "snapshots", firstCommit);
    expect(pulled.folder).toBe(snapshot);
    expect(readlinkSync(join(snapshot, "config.json"))).toBe(`../../blobs/${gitHash(files["config.json"]!)}`);
    expect(readlinkSync(join(snapshot, "model.safetensors"))).toBe(`../../blobs/${sha256(weights)}`);
    expect(Buffer.compare(readFileSync(pulled.weights), weights)).toBe(0);
    expect(existsSync(join(snapshot, "README.md"))).toBe(false);
    expect(seen.at(-1)).toEqual(["model.safetensors", weights.length, weights.length]);
    expect([existsSync(part()), existsSync(`${part()}.lock`), existsSync(`${part()}.etag`)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(notices).toEqual([]);
  });

  it("is not fetched again, and without refresh a commit is not even asked for", async () => {
    await pull();
    server.reset();
    await pull();
    expect(server.seen.map(({ path }) => path)).toEqual([`/api/models/${name}/revision/main`]);
    server.reset();
    await pull(`${name}@${firstCommit}`);
    expect(server.seen).toEqual([]);
  });

  it("is found where Python's tools put it, links or files, also of weights that they prefer", async () => {
    const snapshot = join(folder(), "snapshots", firstCommit);
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(folder(), "refs"));
    writeFileSync(join(folder(), "refs/main"), firstCommit);
    writeFileSync(join(snapshot, "config.json"), files["config.json"]!);
    writeFileSync(join(snapshot, "model.safetensors"), weights);
    expect(await pull(name, { offline: true })).toMatchObject({
      commit: firstCommit,
      weights: join(snapshot, "model.safetensors"),
    });
    expect(server.seen).toEqual([]);
    await pull(name, { refresh: true }); // where there are no links, files are checked as they lie there
    expect([downloads(), notices]).toEqual([[], []]);
    truncateSync(join(snapshot, "model.safetensors"), 1000);
    const { weights: path } = await pull(name, { refresh: true });
    expect(notices).toEqual([
      { kind: "damaged-file", path: join(snapshot, "model.safetensors"), name: "model.safetensors" },
    ]);
    expect(Buffer.compare(readFileSync(path), weights)).toBe(0);
  });

  it("shares files between commits and keeps branches, tags and pull requests apart", async () => {
    expect(await pull("timm/moving@v1.0")).toMatchObject({ commit: firstCommit });
    expect(await pull("timm/moving@refs/pr/1")).toMatchObject({ commit: firstCommit });
    expect(await pull("timm/moving")).toMatchObject({ commit: secondCommit });
    expect(downloads()).toHaveLength(2);
    const { models, bytes, unfinished } = await listCache(cache);
    expect(
      models.map(({ repository, commit, revisions }) => ({ repository, commit, revisions: [...revisions].sort() })),
    ).toEqual([
      { repository: "timm/moving", commit: firstCommit, revisions: ["refs/pr/1", "v1.0"] },
      { repository: "timm/moving", commit: secondCommit, revisions: ["main"] },
    ]);
    expect(models[0]!.files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ["config.json", files["config.json"]!.length],
      ["model.safetensors", weights.length],
    ]);
    expect(bytes).toBe(files["config.json"]!.length + weights.length + newer["model.safetensors"]!.length);
    expect(unfinished).toEqual([]);
  });

  it("is checked on refresh, and a damaged file is fetched anew", async () => {
    const { weights: path } = await pull();
    truncateSync(path, 1000);
    await pull();
    expect(lstatSync(join(folder(), "blobs", sha256(weights))).size).toBe(1000); // nobody looked
    await pull(name, { refresh: true });
    expect(Buffer.compare(readFileSync(path), weights)).toBe(0);
    const blob = expect.stringMatching(/blobs\/\w+$/) as string;
    expect(notices).toEqual([{ kind: "damaged-file", path: blob, name: "model.safetensors" }]);
  });
});

/** Changes what an answer says before it is sent: bytes turned, cut or doubled, and sometimes its status. */
function spoil(response: ServerResponse, below: (limit: number) => number, json: boolean): void {
  const end = response.end.bind(response) as (body?: unknown) => ServerResponse;
  const writeHead = response.writeHead.bind(response) as (status: number, headers: object) => ServerResponse;
  const status = below(4) === 0 ? [204, 206, 301, 400, 403, 500][below(6)]! : undefined;
  response.writeHead = ((honest: number, headers: Record<string, unknown>) => {
    const { "content-length": _, ...rest } = headers;
    return writeHead(status ?? honest, rest);
  }) as typeof response.writeHead;
  response.end = ((body?: string | Uint8Array) => {
    const bytes = Buffer.from(body ?? "");
    for (let i = below(json ? 12 : 4); i > 0 && bytes.length > 0; i--) bytes[below(bytes.length)] = below(256);
    const cut = below(3) === 0 ? bytes.subarray(0, below(bytes.length + 1)) : bytes;
    return end(below(5) === 0 ? Buffer.concat([cut, cut]) : cut);
  }) as typeof response.end;
}

const startOf = (range: string | undefined) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);

describe("a connection that breaks off", () => {
  it("is taken up where it was, as often as something new comes", async () => {
    let times = 0;
    server.mischief = ({ host, range }, _, response) => {
      if (host === "hub" || times++ > 4) return false;
      breakOff(response, part(), { content: weights, start: startOf(range), length: 100_000 });
      return true;
    };
    const pulled = await pull();
    expect(Buffer.compare(readFileSync(pulled.weights), weights)).toBe(0);
    expect(downloads().map(({ range }) => startOf(range) > 0)).toEqual([false, true, true, true, true, true]);
    expect(notices).toHaveLength(5);
  });

  it("leaves its part for the next run, as Ctrl-C does", async () => {
    server.mischief = ({ host, range }, _, response) => {
      const length = range === undefined ? 50_000 : 0;
      if (host === "cdn") breakOff(response, part(), { content: weights, start: startOf(range), length });
      return host === "cdn";
    };
    expect(await failure(pull())).toMatch(
      /got no complete file in 3 attempts .*what came is kept: try again later, or another hub with HF_ENDPOINT/,
    );
    expect(lstatSync(part()).size).toBe(50_000);
    expect((await listCache(cache)).unfinished).toMatchObject([{ repository: name, bytes: 50_000 }]);

    server.reset();
    const controller = new AbortController();
    const stop = (file: string, bytes: number) => file === "model.safetensors" && bytes > 60_000 && controller.abort();
    await expect(pull(name, { signal: controller.signal, onProgress: stop })).rejects.toMatchObject({
      name: "AbortError",
    });
    const { size } = lstatSync(part());
    expect(size).toBeGreaterThan(60_000);
    expect(existsSync(`${part()}.lock`)).toBe(false);

    server.reset();
    await pull();
    expect(downloads().map(({ range }) => range)).toEqual([`bytes=${size}-`]);
  });

  it("starts anew where the part is of something else", async () => {
    await mkdir(join(folder(), "blobs"), { recursive: true });
    writeFileSync(part(), new Uint8Array(1000).fill(7));
    const pulled = await pull();
    expect(Buffer.compare(readFileSync(pulled.weights), weights)).toBe(0);
    expect(notices).toMatchObject([{ kind: "unfit-part" }]);
  });
});

describe("two that pull at once", () => {
  it("take turns", async () => {
    server.mischief = ({ host }, _, response) => {
      const answer = () => response.writeHead(200, { "content-length": weights.length }).end(weights);
      if (host === "cdn") void until(() => notices.at(-1)?.kind === "waiting").then(answer);
      return host === "cdn";
    };
    await Promise.all([pull(), pull()]);
    expect(downloads()).toHaveLength(1);
    expect(notices.at(-1)).toMatchObject({ kind: "waiting", process: process.pid });
  });
});

describe("without the hub", () => {
  it("offline asks nothing, and says what to do for what is not there", async () => {
    expect(await failure(pull(name, { offline: true }))).toBe(
      `${name}: it is not in ${cache}, and the network is off, by HF_HUB_OFFLINE or as asked; fetch it once without`,
    );
    await pull();
    server.reset();
    expect(await pull(name, { offline: true, refresh: true })).toMatchObject({ commit: firstCommit });
    expect(server.seen).toEqual([]);
    rmSync(join(folder(), "snapshots", firstCommit, "model.safetensors"));
    expect(await failure(pull(name, { offline: true }))).toMatch(/^timm\/small.in3@1111111: has no model.safetensors/);
  });

  it("takes what a branch was last seen at, and tells so; a refresh does not", async () => {
    await pull();
    const gone = { endpoint: "http://127.0.0.1:9" };
    expect(await pull(name, gone)).toMatchObject({ commit: firstCommit });
    const reason = expect.stringMatching(
      /^http:\/\/127.0.0.1:9: got no answer about timm\/small.in3 \(.+\)$/,
    ) as string;
    expect(notices.at(-1)).toEqual({ kind: "from-cache", reason, commit: "1111111", cache });
    expect(await failure(pull(name, { ...gone, refresh: true }))).toMatch(
      /got no answer .*; check the connection, or HF_ENDPOINT$/,
    );
    expect(await failure(pull("timm/other", gone))).toMatch(/got no answer about timm\/other .*; check the connection/);
  });

  it("does not take it where the hub says no", async () => {
    await pull();
    server.repositories.delete(name);
    expect(await failure(pull())).toContain(`${name}: no such repository at ${server.endpoint}`);
    server.repositories.set(name, oneCommit(files));
  });
});

describe("the token", () => {
  it("opens gated and private repositories, and no other host learns it", async () => {
    await pull("timm/gated", { token: goodToken });
    await pull("timm/private", { token: goodToken });
    expect(new Set(server.seen.filter(({ host }) => host === "hub").map((seen) => seen.authorization))).toEqual(
      new Set([`Bearer ${goodToken}`]),
    );
    expect(downloads().map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  it.each([
    ["timm/gated", {}, /^timm\/gated: it is gated; accept its terms at http.+\/timm\/gated, then set HF_TOKEN/],
    [
      "timm/private",
      {},
      /^timm\/private: no such repository at http.+; check the name; if it is private, set HF_TOKEN$/,
    ],
    [
      "timm/nothing",
      {},
      /^timm\/nothing: no such repository at http.+; check the name; if it is private, set HF_TOKEN$/,
    ],
    [
      "timm/nothing",
      { token: goodToken },
      /^timm\/nothing: no such repository at http.+; if it is private, HF_TOKEN must be able to read it$/,
    ],
    [name, { token: "hf_wrong" }, /^http.+: the token was refused; set HF_TOKEN to one of http.+\/settings\/tokens$/],
    [
      `${name}@v9`,
      {},
      /^timm\/small.in3: got revision "v9"; expected a branch, tag or commit of http.+\/timm\/small.in3$/,
    ],
    [
      `${name}@${"3".repeat(40)}`,
      {},
      /^timm\/small.in3: got revision "3333333333333333333333333333333333333333"; expected/,
    ],
  ] as const)("or its lack is told: %s", async (id, more, message) => {
    expect(await failure(pull(id, more))).toMatch(message);
  });
});

describe("a hub with too much to do", () => {
  it("is asked again after the time that it says", async () => {
    let [api, cdn] = [0, 0];
    server.mischief = ({ host }, _, response) => {
      if (host === "hub" ? api++ > 0 : cdn++ > 0) return false;
      const limits = host === "hub" ? { ratelimit: '"api";r=0;t=1' } : { "retry-after": "1" };
      response.writeHead(429, limits).end("Too many requests");
      return true;
    };
    const started = performance.now();
    await pull();
    expect(performance.now() - started).toBeGreaterThan(1900);
    const reason = "the server answered 429 Too Many Requests";
    expect(notices).toEqual([
      { kind: "retry", address: server.endpoint, reason, seconds: 1 },
      { kind: "retry", address: expect.stringMatching(/model.safetensors$/) as string, reason, seconds: 1 },
    ]);
  });

  it("is not waited for without end", async () => {
    server.mischief = (_, __, response) => {
      response.writeHead(503, { "retry-after": "86400" }).end();
      return true;
    };
    expect(await failure(pull())).toContain(
      "got no answer about timm/small.in3 (the server answered 503 Service Unavailable, which asks to wait 86400 s)",
    );
  });
});

describe("a hostile hub ends in one line", () => {
  /** Answers that come in the place of an honest one, by what is asked for. */
  const instead =
    (pattern: RegExp, answer: (response: ServerResponse) => void): Mischief =>
    ({ path }, _, response) => {
      if (!pattern.test(path)) return false;
      answer(response);
      return true;
    };
  const json = (value: unknown) => (response: ServerResponse) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  const endless = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => response.writable && response.write("[".repeat(65_536), more);
    more();
  };
  const info = (over: object) => {
    const bytes = files["config.json"]!;
    return json([{ type: "file", path: "config.json", size: bytes.length, oid: gitHash(bytes), ...over }]);
  };

  it.each([
    [
      "commits that leave the cache",
      /revision/,
      json({ sha: "../../../../../../tmp/x" }),
      /got no commit of timm\/small.in3/,
    ],
    ["no commit", /revision/, json(null), /got an answer that no hub gives/],
    ["a page", /revision/, (r: ServerResponse) => r.end("<html>log in"), /got an answer that no hub gives/],
    ["endless facts", /revision/, endless, /got more than 4194304 bytes; expected a hub's short answer/],
    [
      "facts in a circle",
      /revision/,
      (r: ServerResponse) => r.writeHead(302, { location: "?again" }).end(),
      /leads from one address to the next without end/,
    ],
    ["files that leave the cache", /paths-info/, info({ path: "../../config.json" }), /has no config.json/],
    [
      "checksums that leave the cache",
      /paths-info/,
      info({ oid: "../../../../x" }),
      /got no size and checksum of config.json/,
    ],
    ["no checksum", /paths-info/, info({ oid: undefined }), /got no size and checksum of config.json/],
    ["a negative size", /paths-info/, info({ size: -1 }), /got no size and checksum of config.json/],
    [
      "a size beyond all disks",
      /paths-info/,
      info({ size: 2 ** 52 }),
      /got config.json of 4503599627370496 bytes; expected at most 16777216/,
    ],
    ["an object for a list", /paths-info/, json({}), /got an answer that no hub gives \(malformed response/],
    [
      "another checksum",
      /paths-info/,
      info({ oid: "0".repeat(40) }),
      /got content with git SHA-1 [0-9a-f]{40}; expected 0{40}; what came from .* is removed; try another hub with HF_ENDPOINT$/,
    ],
    [
      "another config",
      /resolve-cache/,
      (r: ServerResponse) => r.end("{}"),
      /got 2 bytes; expected \d+; what came from/,
    ],
    ["an endless config", /resolve-cache/, endless, /got more than the \d+ bytes of the file expected/],
    [
      "a config in a circle",
      /resolve-cache/,
      (r: ServerResponse) => r.writeHead(302, { location: "?again" }).end(),
      /leads from one address to the next without end/,
    ],
    [
      "a config on another machine's disk",
      /resolve-cache/,
      (r: ServerResponse) => r.writeHead(302, { location: "file:///etc/passwd" }).end(),
      /got no complete file|URL scheme/,
    ],
    [
      "no config after all",
      /resolve-cache/,
      (r: ServerResponse) => r.writeHead(404, { "x-error-code": "EntryNotFound" }).end(),
      /lists a file that it does not give; pull it again/,
    ],
  ] as const)("with %s", async (_, pattern, answer, message) => {
    server.mischief = instead(pattern, answer);
    expect(await failure(pull())).toMatch(message);
    expect(existsSync(join(folder(), "refs"))).toBe(false);
    expect(existsSync(join(folder(), "snapshots", firstCommit, "config.json"))).toBe(false);
  });

  it("with weights that are larger than the disk", async () => {
    const lfs = { oid: sha256(weights), size: 2 ** 52, pointerSize: 134 };
    server.mischief = ({ path }, request, response) => {
      if (!path.includes("paths-info")) return false;
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => {
        const config = {
          type: "file",
          path: "config.json",
          size: files["config.json"]!.length,
          oid: gitHash(files["config.json"]!),
        };
        const model = { type: "file", path: "model.safetensors", size: 2 ** 52, oid: "4".repeat(40), lfs };
        json([text.includes("config") ? config : model])(response);
      });
      return true;
    };
    expect(await failure(pull())).toMatch(
      /got [\d.]+ MB of free room; expected 4503599627.4 MB for model.safetensors; make room/,
    );
    expect(downloads()).toEqual([]);
  });

  it("with weights that are others than the hub says, keeping nothing of them", async () => {
    server.mischief = ({ host }, _, response) => {
      if (host === "cdn") response.end(weights.map((byte) => byte ^ 1));
      return host === "cdn";
    };
    expect(await failure(pull())).toMatch(
      /got content with SHA-256 [0-9a-f]{64}; expected [0-9a-f]{64}; what came from/,
    );
    expect([existsSync(part()), existsSync(join(folder(), "refs"))]).toEqual([false, false]);
  });

  it("whatever it sends", async () => {
    const random = new Random(1, "hub");
    const below = (limit: number) => random.below(limit);
    let [refused, taken] = [0, 0];
    for (let run = 0; run < 100; run++) {
      rmSync(cache, { recursive: true, force: true });
      const turn = below(6);
      let asked = 0;
      server.mischief = ({ host }, request, response) => {
        if (host === "hub" && asked++ === turn) spoil(response, below, request.method === "POST");
        return false;
      };
      try {
        const { weights: path } = await pull(name, { attempts: 1 });
        expect(Buffer.compare(readFileSync(path), weights)).toBe(0); // what was spoilt did not matter
        taken++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).not.toContain("\n");
        refused++;
      }
    }
    expect([refused > 20, taken > 5, refused + taken]).toEqual([true, true, 100]);
  });

  it("that says nothing at all", async () => {
    server.mischief = () => true;
    expect(await failure(pull(name, { patience: 100, attempts: 2 }))).toContain(
      "got no answer about timm/small.in3 (no answer in 0.1 s)",
    );
  });
});

describe("the repository", () => {
  it.each([
    [
      "of another library",
      { model_type: "vit" },
      'got a model of type "vit"; expected the config.json of a timm model',
    ],
    [
      "of a network that we do not have",
      { ...smallConfig, architecture: "seresnet21" },
      "got a seresnet21; expected the name of a network; the nearest is seresnet20",
    ],
  ])("%s is refused before its weights are fetched", async (_, config, message) => {
    server.repositories.set("timm/odd", oneCommit(smallFiles(1, config)));
    expect(await failure(pull("timm/odd"))).toContain(message);
    expect(downloads()).toEqual([]);
  });

  it("without weights or config is refused", async () => {
    server.repositories.set("timm/odd", oneCommit({ "config.json": files["config.json"]! }));
    expect(await failure(pull("timm/odd"))).toMatch(
      /^timm\/odd@1111111: has no model.safetensors and no pytorch_model.bin .*; expected weights$/,
    );
    server.repositories.set("timm/bare", oneCommit({ "model.safetensors": weights }));
    expect(await failure(pull("timm/bare"))).toMatch(
      /^timm\/bare@1111111: has no config.json .*; expected the repository of a timm model$/,
    );
  });

  it("whose cache cannot be written is told", async () => {
    await mkdir(folder(), { recursive: true });
    writeFileSync(join(folder(), "refs"), "");
    expect(await failure(pull())).toMatch(
      /small.in3: got E(EXIST|NOTDIR).*; expected a folder to write to, as HF_HOME says$/,
    );
    rmSync(cache, { recursive: true });
    writeFileSync(cache, "");
    expect(await failure(pull())).toMatch(
      /small.in3: got (ENOTDIR|EEXIST).*; expected a folder to write to, as HF_HOME says$/,
    );
  });
});

describe("the output", () => {
  afterEach(() => vi.restoreAllMocks());
  it("has nothing of the library's", async () => {
    const spies = (["debug", "info", "log", "warn"] as const).map((level) => vi.spyOn(console, level));
    await pull();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});
