import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What one process of a comparison runs. */
export interface SideSpec {
  readonly by: "ours" | "torch";
  /** A training step on random images, by rule or with measured algorithms, an epoch of image files, or inference. */
  readonly work: "train" | "tuned" | "folder" | "infer";
  readonly model: string;
  readonly classes: number;
  readonly batch: number;
  /** Height and width of the images. */
  readonly size: number;
  /** Runs in each turn of a folder: the steps of an epoch. */
  readonly steps?: number;
}

/** One process of a comparison, which waits between turns. */
export interface Side {
  /** What runs there, with its version. */
  readonly version: string;
  readonly parameters: number;
  /** Runs that many times. @returns milliseconds of each. */
  time(runs: number): Promise<number[]>;
  /** The most memory that the process has held so far, in MB. */
  readonly peakMegabytes: number;
  close(): Promise<void>;
}

interface Hello {
  readonly version: string;
  readonly parameters: number;
}

interface Turn {
  readonly milliseconds: number[];
  readonly peakMegabytes: number;
}

/** Starts a process of a comparison. @returns undefined where there is no Python with PyTorch for it. */
export async function openSide(spec: SideSpec, threads: number): Promise<Side | undefined> {
  for (const command of commandsOf(spec, threads)) {
    const child = spawn(command[0]!, command.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    const ask = conversation(child);
    const hello = (await ask()) as Hello | undefined;
    if (hello === undefined) {
      if (spec.by === "ours") throw new Error(`bench: ${command.join(" ")} ended early`);
      continue;
    }
    return sideOf(child, hello, ask);
  }
  return undefined;
}

function sideOf(child: ChildProcess, hello: Hello, ask: (line?: string) => Promise<unknown>): Side {
  let peak = 0;
  return {
    ...hello,
    async time(runs) {
      const turn = (await ask(`${runs}`)) as Turn | undefined;
      if (turn === undefined) throw new Error(`bench: ${child.spawnargs.join(" ")} ended early`);
      peak = turn.peakMegabytes;
      return turn.milliseconds;
    },
    get peakMegabytes() {
      return peak;
    },
    async close() {
      const gone = child.exitCode === null ? once(child, "exit") : undefined;
      child.stdin!.end();
      child.kill();
      await gone;
    },
  };
}

function commandsOf({ by, work, model, classes, batch, size, steps = 0 }: SideSpec, threads: number): string[][] {
  const args = [work, model, ...[classes, batch, size, threads].map(String)];
  const at = (path: string) => new URL(path, import.meta.url).pathname;
  if (by === "ours") return [[process.execPath, at("./ours.js"), ...args, `${steps}`]];
  return ["python3", "/usr/bin/python3"].map((python) => [python, at("../../bench/torch_case.py"), ...args]);
}

/** Writes a line to a process and reads the line of JSON it answers with; undefined once it is gone. */
function conversation(child: ChildProcess): (line?: string) => Promise<unknown> {
  const lines = createInterface(child.stdout!);
  const errors: string[] = [];
  child.stderr!.on("data", (text) => errors.push(String(text)));
  const gone = Promise.race([once(child, "error"), once(child, "close")]).then(
    () => undefined,
    () => undefined,
  );
  return async (line) => {
    if (line !== undefined) child.stdin!.write(`${line}\n`);
    const answer = await Promise.race([once(lines, "line"), gone]);
    if (answer === undefined && line !== undefined) process.stderr.write(errors.join(""));
    return answer && (JSON.parse(String(answer[0])) as unknown);
  };
}
