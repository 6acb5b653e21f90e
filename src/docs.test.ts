import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const pages = ["README.md", "CONTRIBUTING.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith(".md") && existsSync(join(root, page)),
);
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`);

describe.each(pages)("%s", (page) => {
  const text = readFileSync(join(root, page), "utf8");

  it("names files of the source as they are, by enough of their paths to tell them from others", () => {
    const found = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name!);
    const shown = [...text.matchAll(/^```ts\n\/\/ ([\w.-]+)$/gm)].map(([, name]) => name!); // files of the reader's own
    const named = found.filter((name) => !/\bNAME\b|^x\./.test(name) && !shown.includes(name)); // NAME stands for any
    const meant = (name: string) => sources.filter((path) => path.endsWith(`/${name}`) || path === name);
    const wrong = named.filter((name) => meant(name).length !== 1).map((name) => [name, meant(name)]);
    expect(wrong).toEqual([]);
  });

  it("links to files that are there", () => {
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(root, page, "..", link)))).toEqual([]);
  });
});

it("finds the pages and what they name", () => {
  expect(pages).toContain("docs/architecture.md");
  expect(readFileSync(join(root, "docs/architecture.md"), "utf8").match(/`[\w./-]+\.ts`/g)!.length).toBeGreaterThan(50);
});

it("names scripts of results that are there", () => {
  const results = readFileSync(join(root, "docs/results.md"), "utf8");
  const named = [...results.matchAll(/npm run results -- ([\w-]+)/g)].map(([, name]) => `bench/results/${name}.mjs`);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((script) => !existsSync(join(root, script)))).toEqual([]);
});

it("names a script for every table and every output in the results", () => {
  const sections = readFileSync(join(root, "docs/results.md"), "utf8").split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThan(10);
  const shown = sections.filter((section) => /^\||^```\n(?=\S)/m.test(section));
  const without = shown.filter((section) => !section.includes("npm run results -- "));
  expect(without.map((section) => section.split("\n")[0])).toEqual([]);
});
