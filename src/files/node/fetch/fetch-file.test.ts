import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../errors.js";
import type { Notice } from "../../../notice.js";
import { breakOff } from "./break-off.test.helper.js";
import { fetchFile } from "./fetch-file.js";
import type { FetchOptions } from "./fetch-request.js";

const folder = mkdtempSync(join(tmpdir(), "senet-fetch-"));
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) % 256);
const md5 = createHash("md5").update(content).digest("hex");

/** What the server does with its nth request, counted from 0. */
type Behaviour = (n: number, request: IncomingMessage, response: ServerResponse) => void;
let behave: Behaviour;
let asked: (string | undefined)[];
const server: Server = createServer((request, response) => {
  asked.push(request.headers.range);
  behave(asked.length - 1, request, response);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.bin`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

let target: string;
let tests = 0;
beforeEach(() => {
  asked = [];
  target = join(folder, `${tests++}`, "file.bin");
});

/** An honest server: whole files, ranges, and a version. */
const honest: Behaviour = (_, { headers }, response) => {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  response.setHeader("etag", '"v1"');
  if (start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const part = content.subarray(start);
  const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
  response.writeHead(start > 0 ? 206 : 200, { "content-length": part.length, ...(start > 0 && range) });
  response.end(part);
};

/** Sends some of the file and hangs up. */
function hangUp(response: ServerResponse, start: number, length: number): void {
  breakOff(response, `${target}.part`, { content, start, length });
}

const startOf = ({ headers }: IncomingMessage) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
/** Hardly a pause between attempts, and more patience than any machine needs for an honest answer. */
const quick: FetchOptions = { pause: 5, attempts: 3, patience: 3_600_000 };
const known = () => ({ url, target, bytes: content.length, checksum: { kind: "MD5", hex: md5 } as const });
/** Whether what lies there is the file (told at once, unlike by comparing element by element). */
const isWhole = () => Buffer.compare(readFileSync(target), content) === 0;

async function failure(request: Parameters<typeof fetchFile>[0], options = quick): Promise<string> {
  const error = await fetchFile(request, options).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  expect(existsSync(request.target)).toBe(false);
  return (error as Error).message;
}

describe("fetchFile", () => {
  it("fetches a file, tells how it goes, and finds it there the next time", async () => {
    behave = honest;
    const seen: (readonly [number, number | undefined])[] = [];
    expect(await fetchFile(known(), { ...quick, onProgress: (...at) => seen.push(at) })).toBe("fetched");
    expect(isWhole()).toBe(true);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect([existsSync(`${target}.part`), existsSync(`${target}.part.etag`)]).toEqual([false, false]);
    expect(await fetchFile(known(), quick)).toBe("present");
    expect(asked).toEqual([undefined]);
  });

  it("goes on where the connection broke off, as often as something new comes", async () => {
    behave = (n, request, response) =>
      n < 6 ? hangUp(response, startOf(request), 40_000) : honest(n, request, response);
    const retries: Notice[] = [];
    await fetchFile(known(), { ...quick, onNotice: (notice) => retries.push(notice) });
    expect(isWhole()).toBe(true);
    expect(asked).toHaveLength(7);
    expect(asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range ?? ""))).toBe(true);
    expect(retries.map(({ kind }) => kind)).toEqual(Array(6).fill("retry"));
  });

  it("goes on in another process, and starts again where what is there does not fit", async () => {
    behave = (n, request, response) => hangUp(response, startOf(request), n === 0 ? 90_000 : 0);
    expect(await failure(known())).toMatch(/got no complete file in 3 attempts .*what came is kept/);
    behave = honest;
    asked = [];
    await fetchFile(known(), quick);
    expect(asked).toEqual(["bytes=90000-"]);
    expect(isWhole()).toBe(true);

    rmSync(target);
    writeFileSync(`${target}.part`, new Uint8Array(1000).fill(9)); // of something else
    await fetchFile(known(), quick);
    expect(isWhole()).toBe(true);
  });

  it("takes the whole file from a server that knows no ranges", async () => {
    behave = (n, request, response) => {
      if (n === 0) hangUp(response, 0, 50_000);
      else response.writeHead(200, { "content-length": content.length }).end(content);
      expect(request.method).toBe("GET");
    };
    await fetchFile(known(), quick);
    expect([asked, isWhole()]).toEqual([[undefined, "bytes=50000-"], true]);
  });

  it("starts anew when the server sends another part than was asked for, or has less than there is", async () => {
    behave = (n, request, response) => {
      if (n === 0) hangUp(response, 0, 50_000);
      else if (n === 1)
        response.writeHead(206, { "content-range": "bytes 10-19/300000" }).end(content.subarray(10, 20));
      else honest(n, request, response);
    };
    await fetchFile(known(), quick);
    expect(isWhole()).toBe(true);
    rmSync(target);
    writeFileSync(`${target}.part`, new Uint8Array(400_000));
    behave = honest;
    await fetchFile(known(), quick);
    expect(isWhole()).toBe(true);
  });

  it("ends when everything is there already", async () => {
    behave = honest;
    await fetchFile({ url, target }, quick);
    rmSync(target);
    writeFileSync(`${target}.part`, content);
    asked = [];
    await fetchFile({ url, target }, quick);
    expect([asked, isWhole()]).toEqual([["bytes=300000-"], true]);
  });

  it("refuses content that is not the expected one, and leaves nothing", async () => {
    behave = (_, __, response) => response.end(content.map((byte) => byte ^ 1));
    expect(await failure(known())).toMatch(
      /file.bin: got content with MD5 [0-9a-f]{32}; expected [0-9a-f]{32}; what came from/,
    );
    behave = (_, __, response) => response.end(content.subarray(0, 1000));
    expect(await failure({ url, target, bytes: content.length })).toContain("got 1000 bytes; expected 300000");
    behave = (_, __, response) => response.end(content);
    expect(await failure({ url, target, bytes: 1000 })).toContain("got more than the 1000 bytes of the file expected");
    expect(existsSync(`${target}.part`) && readFileSync(`${target}.part`).length > 0).toBe(false);
    await expect(async () => {
      writeFileSync(target, "changed");
      await fetchFile(known(), quick);
    }).rejects.toThrow("got 7 bytes; expected 300000");
  });

  it("does not believe a length that is too small", async () => {
    behave = (_, __, response) => {
      response.socket!.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
      response.socket!.end(content);
    };
    expect(await failure(known())).toMatch(
      /file.bin: got 1000 bytes; expected 300000|got no complete file in 3 attempts/,
    );
  });

  it("gives up at once where the server has no such file, and later where it fails", async () => {
    behave = (_, __, response) => response.writeHead(404).end("not here");
    expect(await failure(known())).toBe(
      `${url}: got 404 Not Found; expected the file; has it moved? give another home`,
    );
    expect(asked).toHaveLength(1);
    behave = (_, __, response) => response.writeHead(500).end();
    expect(await failure(known())).toContain("got no complete file in 3 attempts (the server answered 500");
    expect(asked).toHaveLength(4);
    behave = (n, request, response) => (n < 6 ? response.writeHead(503).end() : honest(n, request, response));
    await fetchFile(known(), quick);
    expect(isWhole()).toBe(true);
    expect(await failure({ ...known(), url: "http://127.0.0.1:9/x", target: `${target}2` })).toContain(
      "got no complete file in 3 attempts",
    );
  });

  it("asks no address that is none, and says that a folder cannot be made", async () => {
    await expect(fetchFile({ url: "none/file.bin", target })).rejects.toThrow(
      "got address none/file.bin; expected one",
    );
    writeFileSync(join(folder, "file"), "");
    const inside = join(folder, "file", "file.bin");
    await expect(fetchFile({ url, target: inside })).rejects.toThrow(/EEXIST.*; expected a folder to write to/);
    expect(asked).toEqual([]);
  });

  it("does not wait for a server that goes silent, and stops when told to", async () => {
    behave = (n, request, response) => {
      if (startOf(request) > 0) return honest(n, request, response);
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 5000));
    };
    await fetchFile(known(), { ...quick, patience: 300, attempts: 1000 }); // 5000 bytes may take more than once 300 ms
    expect(asked.find((range) => range !== undefined)).toBe("bytes=5000-");
    expect(isWhole()).toBe(true);
    rmSync(target);
    asked = [];
    const controller = new AbortController();
    const stopped = fetchFile(known(), { ...quick, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(stopped).rejects.toThrow(/abort/);
    expect(readFileSync(`${target}.part`).length).toBeGreaterThan(0);
  });
});
