import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A PyTorch training step in a process of its own, which waits between turns. */
export interface TorchBench {
  readonly version: string;
  /** Runs that many steps. @returns milliseconds of each. */
  time(steps: number): Promise<number[]>;
  close(): void;
}

/** Starts `bench/torch_step.py`. @returns undefined where there is no Python with PyTorch. */
export async function openTorch(options: {
  model: string;
  batch: number;
  threads: number;
}): Promise<TorchBench | undefined> {
  const script = new URL("../../bench/torch_step.py", import.meta.url).pathname;
  for (const python of ["python3", "/usr/bin/python3"]) {
    const child = spawn(python, [script, options.model, `${options.batch}`, `${options.threads}`], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const lines = createInterface(child.stdout);
    const gone = Promise.race([once(child, "error"), once(child, "close")]).then(
      () => undefined,
      () => undefined,
    );
    const answer = async () => (await Promise.race([once(lines, "line"), gone]))?.[0] as string | undefined;
    const version = await answer();
    if (version === undefined) continue;
    return {
      version,
      async time(steps) {
        child.stdin.write(`${steps}\n`);
        const line = await answer();
        if (line === undefined) throw new Error(`bench: ${script} ended early`);
        return JSON.parse(line) as number[];
      },
      close: () => child.kill(),
    };
  }
  return undefined;
}
