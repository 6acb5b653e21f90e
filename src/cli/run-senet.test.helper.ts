import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { until } from "../testing/until.js";
import { main } from "./main.js";

const program = fileURLToPath(new URL("./index.js", import.meta.url));

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the command line in a folder and in this process, which takes a tenth of the time: for what is no matter of
 * processes, such as signals, standard input and who reads.
 */
export async function runSenet(folder: string, ...args: readonly string[]): Promise<Finished> {
  const before = { folder: process.cwd(), argv: process.argv, exitCode: process.exitCode };
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const captured = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => stdout.push(String(text)) > 0),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => stderr.push(String(text)) > 0),
  ];
  process.chdir(folder);
  process.argv = [process.execPath, program, ...args];
  process.exitCode = 0;
  try {
    const code = await main(args);
    return { code: code || Number(process.exitCode), stdout: stdout.join(""), stderr: stderr.join("") };
  } finally {
    process.chdir(before.folder);
    process.argv = before.argv;
    process.exitCode = before.exitCode;
    for (const spy of captured) spy.mockRestore();
  }
}

/** Starts the command line as a process in a folder. */
export function startSenet(folder: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/** The same for a command that takes its standard error for a terminal, and so shows there how far it is. */
export function startOnTerminal(folder: string, ...args: readonly string[]): ChildProcess {
  const terminal = ["--import", "data:text/javascript,process.stderr.isTTY=true"];
  return spawn(process.execPath, [...terminal, program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Interrupts a command, as Ctrl-C does, as soon as it has got somewhere. Where it is over before, as it may be on a
 * machine that lets this process wait, it is started again.
 */
export async function interrupted(start: () => ChildProcess, begun: () => boolean): Promise<Finished> {
  while (true) {
    const child = start();
    const over = finished(child);
    await until(() => begun() || child.exitCode !== null);
    child.kill("SIGINT");
    const left = await over;
    if (left.code !== 0) return left;
  }
}

/** Collects what a command prints until it is over. */
export async function finished(child: ChildProcess): Promise<Finished> {
  let [stdout, stderr] = ["", ""];
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code: code ?? signal!, stdout, stderr };
}
