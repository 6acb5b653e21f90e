import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** What `tools/release.mjs` exports. */
interface Release {
  isNewer(a: string, b: string): boolean;
  datedChangelog(text: string, version: string, date: string): string;
  withVersion(text: string, version: string): string;
}

const script: unknown = await import(new URL("../tools/release.mjs", import.meta.url).href);
const { isNewer, datedChangelog, withVersion } = script as Release;
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

describe("a release", () => {
  it.each([
    ["0.2.0", "0.1.9", true],
    ["0.10.0", "0.9.0", true],
    ["1.0.0", "0.99.99", true],
    ["0.1.0", "0.1.0", false],
    ["0.1.9", "0.2.0", false],
  ])("%s comes after %s: %s", (a, b, expected) => expect(isNewer(a, b)).toBe(expected));

  it("puts what is unreleased under its version and date, and leaves the rest", () => {
    const before = "# Changelog\n\n## Unreleased\n\n- Add this.\n- Fix that.\n\n## 0.1.0 (2026-01-02)\n\n- Add all.\n";
    expect(datedChangelog(before, "0.2.0", "2026-03-04")).toBe(
      "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-03-04)\n\n- Add this.\n- Fix that.\n\n## 0.1.0 (2026-01-02)\n\n- Add all.\n",
    );
    expect(datedChangelog("# Changelog\n\n## Unreleased\n\n- Add this.\n", "0.1.0", "2026-03-04")).toBe(
      "# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-03-04)\n\n- Add this.\n",
    );
  });

  it("is refused where nothing has changed", () => {
    for (const text of ["# Changelog\n", "# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-01-02)\n\n- Add all.\n"]) {
      expect(() => datedChangelog(text, "0.2.0", "2026-03-04")).toThrow('nothing under "## Unreleased"');
    }
  });

  it.each(["package.json", "package-lock.json"])("changes the version of %s and nothing else", (path) => {
    const [before, after] = [read(path), withVersion(read(path), "12.34.56")].map((text) => text.split("\n"));
    const changed = after!.filter((line, i) => line !== before![i]);
    expect(after).toHaveLength(before!.length);
    expect(new Set(changed.map((line) => line.trim()))).toEqual(new Set(['"version": "12.34.56",']));
  });
});

describe("CHANGELOG.md", () => {
  it("has a heading for what is unreleased and one for each version, the newest first", () => {
    const headings = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
    const versions = headings.slice(1).map((heading) => /^(\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)$/.exec(heading)?.[1]);
    expect(headings[0]).toBe("Unreleased");
    expect(versions.every((version, i) => version && (i === 0 || isNewer(versions[i - 1]!, version)))).toBe(true);
    expect(versions[0]).toBe((JSON.parse(read("package.json")) as { version: string }).version);
  });

  it("has lines that begin with Add, Change, Fix or Remove", () => {
    const lines = read("CHANGELOG.md").match(/^- .*$/gm)!;
    expect(lines.filter((line) => !/^- (Add|Change|Fix|Remove) /.test(line))).toEqual([]);
  });
});
