import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemFault } from "./system-fault.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "senet-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("systemFault", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["nothing there", () => readFileSync(join(folder, "none")), /^cannot use .*none \(ENOENT: .*\); check the path$/],
    ["a folder", () => readFileSync(folder), /\(EISDIR: .*\); give a file$/],
    ["a name too long", () => writeFileSync(join(folder, "n".repeat(300)), ""), /\(ENAMETOOLONG: .*shorter name$/],
    ["a file for a folder", () => readFileSync("/dev/null/x"), /\(ENOTDIR: .*\); check the path$/],
    ["a full disk", () => writeFileSync("/dev/full", "x"), /\(ENOSPC: .*\); make room, or choose another disk$/],
    ["an error that has one for its cause", () => caused(() => readFileSync(join(folder, "none"))), /ENOENT/],
  ])("says in one line what is wrong: %s", (_, work, line) => {
    expect(systemFault(failure(work))).toMatch(line);
  });

  it("says it of errors that come later too", async () => {
    const error = await open(join(folder, "none")).catch((reason: unknown) => reason);
    expect(systemFault(error)).toMatch(/ENOENT/);
  });

  it("says it of an address that another listens on", async () => {
    const [first, second] = [createServer(), createServer()];
    first.listen(0, "127.0.0.1");
    await once(first, "listening");
    const { port } = first.address() as AddressInfo;
    second.listen(port, "127.0.0.1");
    const [error] = await once(second, "error");
    first.close();
    expect(systemFault(error)).toBe(
      `the system refuses (listen EADDRINUSE: address already in use 127.0.0.1:${port}); ` +
        "choose another port, or end what listens there",
    );
  });

  it("leaves faults of ours alone", () => {
    expect(systemFault(new TypeError("x is not a function"))).toBeUndefined();
    expect(systemFault(Object.assign(new Error("made up"), { code: "ENOENT" }))).toBeUndefined();
    expect(systemFault("text")).toBeUndefined();
  });
});

function failure(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function caused(work: () => unknown): never {
  throw new Error("in a worker", { cause: failure(work) });
}
