import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../testing/until.js";

const program = fileURLToPath(new URL("./index.js", import.meta.url));

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line in a folder. */
export function startSenet(folder: string, ...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/** The same for a command that takes its standard error for a terminal, and so shows there how far it is. */
export function startOnTerminal(folder: string, ...args: readonly string[]): ChildProcess {
  const terminal = ["--import", "data:text/javascript,process.stderr.isTTY=true"];
  return spawn(process.execPath, [...terminal, program, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/**
 * Interrupts a command, as Ctrl-C does, as soon as it has got somewhere. Where it is over before, as it may be on a machine
 * that lets this process wait, it is started again.
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
