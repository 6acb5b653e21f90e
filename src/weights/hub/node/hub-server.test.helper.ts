import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A repository of the stand-in hub. */
export interface StandInRepository {
  /** The files of each commit. */
  readonly commits: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  /** The commit of each branch and tag. */
  readonly refs: Readonly<Record<string, string>>;
  /** Whether its files are for those alone who accepted its terms, or who have the token. */
  readonly access?: "gated" | "private";
}

/** A request as a server saw it. */
export interface Seen {
  readonly host: "hub" | "cdn";
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Answers a request itself where it returns true. */
export type Mischief = (seen: Seen, request: IncomingMessage, response: ServerResponse) => boolean;

/** The token that the stand-in hub knows. */
export const goodToken = "hf_good";

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
export const gitHash = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** The hub stores files from this size on outside of git. */
const LFS = 10_000;

/**
 * A server with the routes, headers and errors of huggingface.co that concern downloads, as its documentation and the
 * Python client have them: `/api/models/…/revision/…`, `/api/models/…/paths-info/…` and `/…/resolve/…`, which leads
 * small files to `/api/resolve-cache/…` and large ones to another host. Hashes of the chunked storage are absent.
 */
export class HubServer {
  readonly repositories = new Map<string, StandInRepository>();
  readonly seen: Seen[] = [];
  mischief: Mischief = () => false;
  readonly #hub: Server;
  readonly #cdn: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answer("hub", request, response));
    this.#cdn = createServer((request, response) => this.#answer("cdn", request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const one of [server.#hub, server.#cdn]) {
      one.listen(0, "127.0.0.1");
      await once(one, "listening");
    }
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  get #cdnAddress(): string {
    return `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}`;
  }

  /** Forgets what was asked and behaves again. */
  reset(): void {
    this.seen.length = 0;
    this.mischief = () => false;
  }

  stop(): void {
    for (const one of [this.#hub, this.#cdn]) {
      one.closeAllConnections();
      one.close();
    }
  }

  #answer(host: "hub" | "cdn", request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url!, "http://x").pathname);
    const { range, authorization } = request.headers;
    const seen: Seen = { host, method: request.method!, path, range, authorization };
    this.seen.push(seen);
    if (this.mischief(seen, request, response)) return;
    if (host === "cdn") {
      sendRange(request, response, this.#byHash(path.slice(1))!, {});
      return;
    }
    const [, repository, route, rest] = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|paths-info)\/(.+)$/.exec(path) ?? [];
    if (repository !== undefined) {
      this.#api(repository, route!, rest!, request, response);
      return;
    }
    const [, name, revision, file] =
      /^\/(?:api\/resolve-cache\/models\/)?([^/]+\/[^/]+)\/(?:resolve\/)?((?:refs\/pr\/)?[^/]+)\/(.+)$/.exec(path) ??
      [];
    if (name === undefined) refuse(response, 404, "", "Not Found");
    else this.#resolve(name, revision!, file!, request, response);
  }

  #api(name: string, route: string, revision: string, request: IncomingMessage, response: ServerResponse): void {
    const found = this.#find(name, revision, request, response);
    if (found === undefined) return;
    const { commit, files, repository } = found;
    if (route === "revision") {
      const gated = repository.access === "gated" ? "auto" : false;
      const facts = { private: repository.access === "private", gated, downloads: 1, likes: 1 };
      sendJson(response, { _id: "6420", id: name, ...facts, lastModified: "2024-02-10T23:41:18.000Z", sha: commit });
      return;
    }
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const { paths } = JSON.parse(text) as { paths: string[] };
      sendJson(
        response,
        paths.filter((path) => files[path] !== undefined).map((path) => pathInfo(path, files[path]!)),
      );
    });
  }

  #resolve(name: string, revision: string, file: string, request: IncomingMessage, response: ServerResponse): void {
    const found = this.#find(name, revision, request, response);
    if (found === undefined) return;
    if (found.repository.access === "gated" && request.headers.authorization !== `Bearer ${goodToken}`) {
      refuse(
        response,
        401,
        "GatedRepo",
        `Access to model ${name} is restricted. You must be authenticated to access it.`,
      );
      return;
    }
    const bytes = found.files[file];
    if (bytes === undefined) {
      refuse(response, 404, "EntryNotFound", "Entry not found");
      return;
    }
    const facts = { "x-repo-commit": found.commit };
    if (bytes.length >= LFS) {
      const linked = { "x-linked-etag": `"${sha256(bytes)}"`, "x-linked-size": bytes.length };
      response.writeHead(302, { ...facts, ...linked, location: `${this.#cdnAddress}/${sha256(bytes)}` }).end();
    } else if (request.url!.startsWith("/api/")) {
      sendRange(request, response, bytes, { ...facts, etag: `"${gitHash(bytes)}"` });
    } else {
      const location = `/api/resolve-cache/models/${name}/${found.commit}/${file}`;
      response.writeHead(307, { ...facts, location, etag: `"${gitHash(bytes)}"` }).end();
    }
  }

  #find(name: string, revision: string, request: IncomingMessage, response: ServerResponse) {
    const repository = this.repositories.get(name);
    const token = request.headers.authorization;
    if (token !== undefined && token !== `Bearer ${goodToken}`) {
      return refuse(response, 401, "", "Invalid credentials in Authorization header");
    }
    if (repository === undefined || (repository.access === "private" && token === undefined)) {
      return refuse(response, token === undefined ? 401 : 404, "RepoNotFound", "Repository not found");
    }
    const commit = repository.refs[revision] ?? revision;
    const files = repository.commits[commit];
    if (files === undefined) return refuse(response, 404, "RevisionNotFound", `Invalid rev id: ${revision}`);
    return { repository, commit, files };
  }

  #byHash(hash: string): Uint8Array | undefined {
    for (const { commits } of this.repositories.values()) {
      for (const files of Object.values(commits)) {
        for (const bytes of Object.values(files)) if (sha256(bytes) === hash) return bytes;
      }
    }
    return undefined;
  }
}

function pathInfo(path: string, bytes: Uint8Array) {
  const file = { type: "file", path, size: bytes.length, oid: gitHash(bytes) };
  return bytes.length < LFS ? file : { ...file, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } };
}

function sendJson(response: ServerResponse, answer: unknown): void {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(answer));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): undefined {
  const headers = { "x-error-message": message, ...(code !== "" && { "x-error-code": code }) };
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(JSON.stringify({ error: message }));
}

/** Sends bytes, or from where the request says on. */
export function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (start > 0 && start >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(start);
  const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  const length = { "content-length": part.length };
  response.writeHead(start > 0 ? 206 : 200, {
    "accept-ranges": "bytes",
    ...headers,
    ...length,
    ...(start > 0 && range),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}
