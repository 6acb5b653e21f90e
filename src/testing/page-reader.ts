import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PageStep } from "./page-steps.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Somebody who follows a page in a folder of their own, where the package, TypeScript and esbuild are installed. The
 * ports that pages name are replaced by free ones.
 */
export class PageReader {
  readonly folder = mkdtempSync(join(tmpdir(), "senet-page-"));
  /** What each command printed, by the command as the page has it. */
  readonly printed = new Map<string, string>();
  private readonly ports = new Map<string, string>();
  private readonly running: ChildProcess[] = [];

  /** @param environment variables of the commands, beside those of this process. */
  constructor(private readonly environment: Readonly<Record<string, string>> = {}) {
    this.install("senet", root);
    for (const name of ["typescript", "@types/node", "undici-types", "esbuild", "@esbuild"]) {
      const path = join(root, "node_modules", name);
      if (existsSync(path)) this.install(name, path);
    }
    const programs = { senet: "senet/dist/cli/index.js", tsc: "typescript/bin/tsc" };
    for (const [name, path] of Object.entries(programs)) {
      this.program(name, `exec "${process.execPath}" "${join(this.folder, "node_modules", path)}" "$@"`);
    }
    this.program("esbuild", `exec "${join(root, "node_modules/.bin/esbuild")}" "$@"`);
    this.write("package.json", JSON.stringify({ name: "own", private: true, type: "module" }));
  }

  /** Puts a package into the folder's `node_modules`. */
  install(name: string, path: string): void {
    const link = join(this.folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(path, link, "junction");
  }

  /** Writes a file of the folder. */
  write(name: string, content: string | Uint8Array): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** The text of a file of the folder. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** What the command that begins so printed. */
  said(command: string): string {
    const found = [...this.printed].find(([text]) => text.startsWith(command));
    if (found === undefined) throw new Error(`no command of the page begins with ${command}`);
    return found[1];
  }

  /** The port that stands for one that the page names. */
  port(named: string): string {
    return this.ports.get(named) ?? named;
  }

  /** Takes a step of the page. @throws Error with what the command printed, if it fails. */
  async take({ name, file, text: given, background }: PageStep): Promise<void> {
    const text = await this.withFreePorts(given);
    if (file !== undefined) return this.write(file, text);
    if (background) return this.start(text);
    this.printed.set(name, await this.run(text));
  }

  /** Runs a command in the folder. @returns its standard output. @throws Error with all that it printed, if it fails. */
  run(command: string): Promise<string> {
    return new Promise((resolve, reject) =>
      execFile("bash", ["-euo", "pipefail", "-c", command], this.options(), (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${command}\n${stdout}${stderr}`)),
      ),
    );
  }

  /** Ends what is running, and removes the folder. */
  async end(): Promise<void> {
    for (const child of this.running) {
      process.kill(-child.pid!, "SIGKILL");
      await once(child, "close");
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  private options() {
    const path = [join(this.folder, "node_modules/.bin"), process.env.PATH].join(delimiter);
    return { cwd: this.folder, env: { ...process.env, ...this.environment, PATH: path } };
  }

  /** Starts a server, and waits until it says its address. */
  private async start(text: string): Promise<void> {
    const child = spawn("bash", ["-c", text], { ...this.options(), stdio: "pipe", detached: true });
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (piece: string) => {
          said.push(piece);
          if (said.join("").includes("http://")) resolve();
        });
      }
      child.once("close", () => reject(new Error(`${text}\n${said.join("")}`)));
      child.once("error", reject);
    });
    this.running.push(child);
  }

  private program(name: string, line: string): void {
    const path = join(this.folder, "node_modules/.bin", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${line}\n`);
    chmodSync(path, 0o755);
  }

  private async withFreePorts(text: string): Promise<string> {
    for (const [named] of text.matchAll(/\b8[0-9]{3}\b/g)) {
      if (!this.ports.has(named)) this.ports.set(named, await freePort());
    }
    return text.replaceAll(/\b8[0-9]{3}\b/g, (named) => this.port(named));
  }
}

async function freePort(): Promise<string> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return String(typeof address === "object" && address?.port);
}
