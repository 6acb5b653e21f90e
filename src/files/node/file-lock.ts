import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** What became of an attempt to take a lock. */
export interface LockAttempt {
  /** The process of this machine that has the lock; undefined when it is ours. */
  readonly holder?: number;
  /** Gives the lock back, where it is ours. What a process leaves that ends without it is taken over. */
  release(): void;
}

/**
 * Takes a lock file for this process. One that a killed process left behind is taken over.
 * @throws Error of the file system.
 */
export function takeLock(file: string): LockAttempt {
  const mine = [process.pid, hostname(), startOf(process.pid)].join(" ");
  try {
    writeFileSync(file, mine, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = lockHolder(file);
    if (holder !== undefined) return { holder, release: () => {} };
    writeFileSync(file, mine);
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** The process of this machine that has a lock, without taking it; undefined where none has. */
export function lockHolder(file: string): number | undefined {
  try {
    const [pid, host, start] = readFileSync(file, "utf8").split(" ");
    if (host === hostname() && start !== "" && startOf(Number(pid)) === start) return Number(pid);
  } catch {
    // No lock file: nobody has it.
  }
  return undefined;
}

/** When a process started, in the system's own ticks, so that a number used twice is told apart; "" where none runs. */
function startOf(pid: number): string {
  try {
    // The name, the second field, may hold anything but ends with the last parenthesis; the start is field 22.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[19] ?? "";
  } catch {
    return ""; // no such process, or a system without /proc, where nobody is kept out
  }
}
