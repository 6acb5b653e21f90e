import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replaceFile, replaceFileSync } from "./replace-file.js";

const folder = mkdtempSync(join(tmpdir(), "senet-replace-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "a.txt");
const bytes = (text: string) => new TextEncoder().encode(text);

/** Pieces of which the second one fails. */
function* failing(): Generator<Uint8Array> {
  yield bytes("half");
  throw new Error("no more");
}

describe.each([
  ["replaceFile", async (path: string, pieces: Iterable<Uint8Array>) => replaceFile(path, pieces)],
  ["replaceFileSync", async (path: string, pieces: Iterable<Uint8Array>) => replaceFileSync(path, pieces)],
] as const)("%s", (_, replace) => {
  it("writes the pieces in a row, over what was there", async () => {
    await replace(path, [bytes("something that is longer")]);
    await replace(path, [bytes("one "), bytes("two")]);
    expect(readFileSync(path, "utf8")).toBe("one two");
    expect(readdirSync(folder)).toEqual(["a.txt"]);
  });

  it("leaves the file that was there when writing fails, and nothing beside it", async () => {
    await replace(path, [bytes("kept")]);
    await expect(replace(path, failing())).rejects.toThrow("no more");
    expect(readFileSync(path, "utf8")).toBe("kept");
    expect(readdirSync(folder)).toEqual(["a.txt"]);
  });

  it("replaces files alone", async () => {
    const [other, pipe] = [join(folder, "folder"), join(folder, "pipe")];
    mkdirSync(other);
    execFileSync("mkfifo", [pipe]);
    await expect(replace(other, [])).rejects.toThrow("it is a folder");
    await expect(replace(pipe, [])).rejects.toThrow("it is no file");
    expect(readdirSync(folder)).toEqual(["a.txt", "folder", "pipe"]);
    for (const name of [other, pipe]) rmSync(name, { recursive: true });
  });
});
