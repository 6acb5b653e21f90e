import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { openInBrowser } from "./browser.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports: exported } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Readonly<Record<string, unknown>>;
};
const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** How a page is served and opened. */
export interface WebPageOptions {
  /** False: without the headers that a page needs for threads. */
  readonly isolated?: boolean;
  /** Files of the page, by the paths that it fetches them from. */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** More flags of the browser. */
  readonly flags?: readonly string[];
  /** Answers what is asked beside the files; true where it did. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** A GPU in software: right, not fast. */
export const softwareGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * Runs a module in the browser as a project of somebody else would: bundled by esbuild with `senet` beside it, served
 * with its workers and with onnxruntime-web's files. The module calls `report(value)` once; what it imports from
 * `#dist` are our own compiled files.
 * @returns what it reported, by way of JSON.
 * @throws Error with the page's own error.
 */
export async function inWebPage<T>(code: string, options: WebPageOptions = {}): Promise<T> {
  const { isolated = true, files = {}, flags, answer } = options;
  const folder = mkdtempSync(join(tmpdir(), "senet-web-"));
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://page").pathname);
    if (isolated) for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
    response.setHeader("cache-control", "no-store");
    const found = [join(folder, "www", path), join(root, "node_modules/onnxruntime-web/dist", path)].find(existsSync);
    if (path === "/report") {
      server.emit("reported", text(request));
      response.end();
    } else if (path === "/") {
      response
        .setHeader("content-type", "text/html")
        .end('<!doctype html><script type="module" src="page.js"></script>');
    } else if (Object.hasOwn(files, path.slice(1))) response.end(files[path.slice(1)]);
    else if (answer?.(request, response)) return;
    else if (found !== undefined) response.end(readFileSync(found));
    else response.writeHead(404).end();
  });
  try {
    await bundle(folder, code);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const [body] = await openInBrowser(`http://127.0.0.1:${port}/`, once(server, "reported"), flags);
    const { error, value } = JSON.parse(await (body as Promise<string>)) as { error?: string; value: T };
    if (error !== undefined) throw new Error(error);
    return value;
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundles the module and the workers of the package into `www`. */
async function bundle(folder: string, code: string): Promise<void> {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/senet"), "junction");
  writeFileSync(
    join(folder, "page.js"),
    `const send = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });
     const report = (value) => send({ value });
     const failed = (error) => send({ error: String(error?.stack ?? error) });
     addEventListener("error", ({ error, message }) => failed(error ?? message));
     addEventListener("unhandledrejection", ({ reason }) => failed(reason));
     ${code.replaceAll(/^ *(import .*)$/gm, "$1")}`,
  );
  const workers = Object.entries(exported).flatMap(([name, path]) =>
    name.startsWith("./worker/") ? [{ in: join(root, path as string), out: name.replace("./worker/", "") }] : [],
  );
  await build({
    entryPoints: [{ in: join(folder, "page.js"), out: "page" }, ...workers],
    outdir: join(folder, "www"),
    bundle: true,
    alias: { "#dist": join(root, "dist") },
    format: "esm",
    logLevel: "error",
  });
}
