import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../errors.js";
import { lockRun } from "./run-lock.js";

const folder = mkdtempSync(join(tmpdir(), "senet-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "lock");
beforeEach(() => rmSync(file, { force: true }));
const linux = existsSync("/proc/self/stat");

/** The start of a process, the 22nd field of its status. */
const ticks = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/.*\) /s, "").split(" ")[19];

describe.skipIf(!linux)("lockRun", () => {
  it("keeps out who comes while the process lives, and lets in who comes after", async () => {
    const other = spawn("sleep", ["infinity"]);
    await new Promise((resolve) => other.once("spawn", resolve));
    writeFileSync(file, `${other.pid} ${hostname()} ${ticks(other.pid!)}`);
    expect(() => lockRun(folder)).toThrow(UserError);
    expect(() => lockRun(folder)).toThrow(`process ${other.pid} is at work; wait for it, or end it first`);
    other.kill("SIGKILL");
    await new Promise((resolve) => other.once("close", resolve));
    lockRun(folder);
    expect(readFileSync(file, "utf8")).toBe(`${process.pid} ${hostname()} ${ticks(process.pid)}`);
  });

  it.each([
    ["of another process with the number of one that lives", `${process.pid} ${hostname()} 1`],
    ["of another machine", `${process.pid} elsewhere ${linux ? ticks(process.pid) : 1}`],
    ["that is damaged", ""],
  ])("takes over a lock %s", (_, text) => {
    writeFileSync(file, text);
    lockRun(folder);
    expect(readFileSync(file, "utf8")).toContain(`${process.pid} ${hostname()}`);
  });
});
