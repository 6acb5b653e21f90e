import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** What `package.json` says, as far as it is asked here. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");

/**
 * An empty project of somebody else, in which the packed package is installed with its dependencies and nothing more.
 */
const project = mkdtempSync(join(tmpdir(), "senet-package-"));
const installed = join(project, "node_modules/senet");
let files: readonly string[];
let manifest: Manifest;
afterAll(() => rmSync(project, { recursive: true }));

beforeAll(async () => {
  const packed = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], { cwd: root });
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", join(project, filename), "--strip-components=1", "-C", installed]);
  files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  manifest = JSON.parse(textOf("package.json")) as Manifest;
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    symlinkSync(join(modules, name), join(project, "node_modules", name), "junction");
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
});

const textOf = (path: string) => readFileSync(join(installed, path), "utf8");

/** Compiles files of the project as strictly as can be. @returns what the compiler says. */
async function compile(texts: Readonly<Record<string, string>>, types: readonly string[]): Promise<string> {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(project, name), text);
  const options = {
    target: "ES2023",
    lib: ["ES2023", "DOM"],
    module: "NodeNext",
    strict: true,
    skipLibCheck: false,
    types,
  };
  const config = join(project, `tsconfig.${types.join("-") || "browser"}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions: options, files: Object.keys(texts) }));
  return run(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", config], { cwd: project }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

const entries = () =>
  Object.keys(manifest.exports)
    .filter((name) => !/^\.\/(package\.json|worker\/.*)$/.test(name))
    .map((name) => name.replace(".", "senet"));
const portable = () => entries().filter((name) => name !== "senet/node");

describe("the package", () => {
  it("has neither tests, nor their helpers, nor measurements", () => {
    expect(files.filter((path) => /\.test\.|^(src|dist)\/(testing|bench)\b/.test(path))).toEqual([]);
  });

  it("has the program and every entry", () => {
    const targets = Object.values(manifest.exports).map((to) => (typeof to === "string" ? to : to.default));
    for (const path of [...targets, ...Object.values(manifest.bin)])
      expect(existsSync(join(installed, path))).toBe(true);
  });

  it("has nothing but what its entries, its program and their threads use", () => {
    const starts = Object.values(manifest.exports).flatMap((to) => (typeof to === "string" ? [] : [to.default]));
    const used = new Set<string>();
    const visit = (path: string) => {
      if (used.has(path)) return;
      used.add(path);
      const named = textOf(path).matchAll(/(?:\bfrom|\bimport\(|\bimport|new URL\()\s*"(\.[^"]+\.js)"/g);
      for (const [, target] of named) visit(normalize(join(dirname(path), target!)));
    };
    for (const start of [...starts, ...Object.values(manifest.bin)]) visit(normalize(start));
    const typesAlone = (path: string) => /^(?:\/\*[\s\S]*?\*\/|\/\/.*|export \{\};|\s)*$/.test(textOf(path));
    const shipped = files.filter((path) => /^dist\/(?!studio-page\/).*\.js$/.test(path));
    expect(shipped.filter((path) => !used.has(path) && !typesAlone(path))).toEqual([]);
  });

  it("has source maps whose sources are there", () => {
    const maps = files.filter((path) => path.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(300);
    const sources = maps.flatMap((path) =>
      (JSON.parse(textOf(path)) as { sources: string[] }).sources.map((source) => join(dirname(path), source)),
    );
    expect(sources.filter((path) => !files.includes(path))).toEqual([]);
  });

  it("has pages whose links lead somewhere", () => {
    const pages = files.filter((path) => /^(README|CHANGELOG|CONTRIBUTING|docs\/[\w-]+)\.md$/.test(path));
    const links = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\((?!\w+:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => ({ page, link: link! })),
    );
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(({ page, link }) => !existsSync(join(installed, dirname(page), link)))).toEqual([]);
  });

  it("runs as a program", async () => {
    const { stdout } = await run(process.execPath, [join(installed, manifest.bin.senet!), "models", "--json"]);
    expect(stdout).toContain('"seresnet20"');
  });
});

/** The TypeScript of the pages, by page and number. */
const all = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith(".md"))
  .flatMap((page) => {
    const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
    const code = blocks.filter(([, language]) => /^([cm]?[jt]sx?|javascript|typescript)$/.test(language!));
    return code.map(([, language, text], i) => {
      const name = `${page.replace(/\W/g, "-").toLowerCase()}-${i + 1}`;
      return { page, name, language: language!, text: text! };
    });
  });

/** What stands on two pages is one. `pages.test.ts` follows the pages that show files by name, such as a server. */
const snippets = all.filter(
  ({ text }, i) => !/^\/\/ [\w.-]+\.ts\n/.test(text) && all.findIndex((other) => other.text === text) === i,
);

/** Code that names a model of the hub asks the network for it: it is compiled, not run. */
const offline = snippets.filter(({ text }) => !/"timm\/[\w.]+"/.test(text));

describe("the code of the pages", () => {
  let complaints: string;
  beforeAll(async () => {
    const few = "const few = { trainLimit: 64, testLimit: 32 };\n";
    const texts = snippets.map(({ name, text }) => {
      const shorter = text.replace('"glyphs"', '"glyphs", few');
      return [`${name}.ts`, shorter === text ? text : few + shorter];
    });
    complaints = await compile(Object.fromEntries(texts), ["node"]);
  });

  it("is TypeScript that compiles in a strict project which checks the package's types too", () => {
    expect(snippets.length).toBeGreaterThan(3);
    expect(snippets.filter(({ language }) => language !== "ts")).toEqual([]);
    expect(complaints).toBe("");
  });

  it.each(offline)("of $name runs", async ({ name }) => {
    const photo = sharp({ create: { width: 300, height: 240, channels: 3, background: "teal" } });
    await photo.jpeg().toFile(join(project, "photo.jpg"));
    await run(process.execPath, [`${name}.js`], { cwd: project });
  });
});

describe("in a browser the package", () => {
  it("has types that need none of Node's", async () => {
    const texts = portable().map((name) => `export * as ${name.replace("/", "_")} from "${name}";`);
    expect(await compile({ "browser.ts": texts.join("\n") }, [])).toBe("");
  });

  it("is bundled without anything of Node's, in fewer bytes than its bound", async () => {
    const sizes = await Promise.all(portable().map(async (name) => [name, await bundled(name)] as const));
    for (const [name, bytes] of sizes) {
      console.log(`${name}: ${kilobytes(bytes.length)} minified, ${kilobytes(gzipSync(bytes).length)} compressed`);
    }
    expect(Object.fromEntries(sizes).senet!.length).toBeLessThan(490_000);
  });
});

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;

/** The bundle of an entry with all of its exports. */
async function bundled(name: string): Promise<Buffer> {
  const entry = join(project, `${name.replace("/", "-")}-bundle.js`);
  const file = entry.replace("-bundle", "-bundled");
  writeFileSync(entry, `export * from "${name}";`);
  const program = join(modules, "esbuild/bin/esbuild");
  const options = ["--bundle", "--minify", "--platform=browser", "--format=esm", "--log-level=error"];
  await run(program, [entry, ...options, `--outfile=${file}`], { cwd: project });
  return readFileSync(file);
}
