import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors.js";

/**
 * Keeps other processes of this machine out of a run's folder until this one ends. A lock that a killed process left
 * behind is taken over.
 * @throws UserError while another process works there.
 */
export function lockRun(path: string): void {
  const file = join(path, "lock");
  const mine = [process.pid, hostname(), startOf(process.pid)].join(" ");
  try {
    writeFileSync(file, mine, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new UserError(`cannot write ${file} (${message}); make room, or the folder writable`);
    const [pid, host, start] = readFileSync(file, "utf8").split(" ");
    if (host === hostname() && start !== "" && startOf(Number(pid)) === start) {
      throw new UserError(`--resume: got ${path}, in which process ${pid} is at work; wait for it, or end it first`);
    }
    writeFileSync(file, mine);
  }
  process.on("exit", () => rmSync(file, { force: true }));
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
