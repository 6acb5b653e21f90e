import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports: entries } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
};
const files = Object.entries(entries).flatMap(([name, to]) => (typeof to === "string" ? [] : [{ name, ...to }]));

describe("the package's entries", () => {
  it("are the files of this folder, with their types", () => {
    const sources = readdirSync(join(root, "src/exports")).filter((name) => !name.endsWith(".test.ts"));
    const expected = sources.map((source) => {
      const name = source.replace(".ts", "");
      const path = `./dist/exports/${name}`;
      return { name: name === "senet" ? "." : `./${name}`, types: `${path}.d.ts`, default: `${path}.js` };
    });
    expect(files.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    );
  });

  it.each(files)("$name is told apart by its first comment", (entry) => {
    const text = readFileSync(join(root, entry.default.replace("dist", "src").replace(".js", ".ts")), "utf8");
    expect(text).toMatch(
      new RegExp(`^/\\*\\*\\n \\* [^]*? \\* @module ${entry.name.replace(".", "senet")}\\n \\*/\\n`),
    );
  });

  it("keep the first one small: what most programs need", async () => {
    const names = Object.keys(await import("./senet.js"));
    expect(names.length).toBeLessThanOrEqual(40);
  });

  it("export every type of what they export, and no comment links to what is not there", async () => {
    const docs = join(root, "tools/docs");
    const main = createRequire(join(docs, "package.json")).resolve("typedoc");
    const typedoc = join(dirname(main), "../bin/typedoc");
    const run = promisify(execFile)(process.execPath, [typedoc, "--emit", "none"], { cwd: docs });
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    expect(
      `${stdout}${stderr}`.split("\n").filter((line) => line.includes("[warning]") || line.includes("[error]")),
    ).toEqual([]);
  });
});
