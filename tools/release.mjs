// `npm run release -- 0.2.0`: makes a version of what is there. With --dry-run it changes nothing and says what it would do.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** @returns whether version `a` comes after `b`; both are three numbers. */
export function isNewer(a, b) {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  const at = x.findIndex((part, i) => part !== y[i]);
  return at !== -1 && x[at] > y[at];
}

/**
 * The changelog with what is unreleased under the new version, and an empty "Unreleased" above it.
 * @throws Error when nothing is unreleased.
 */
export function datedChangelog(text, version, date) {
  const heading = "## Unreleased\n";
  const [before, rest = ""] = text.split(heading);
  const end = `\n${rest}`.indexOf("\n## ");
  const [entries, after] = end === -1 ? [rest, ""] : [rest.slice(0, end), `\n${rest.slice(end)}`];
  if (entries.trim() === "") {
    throw new Error('got a CHANGELOG.md with nothing under "## Unreleased"; expected what the version changes');
  }
  return `${before}${heading}\n## ${version} (${date})\n\n${entries.trim()}\n${after}`;
}

/** The text of package.json or package-lock.json with another version. */
export function withVersion(text, version) {
  const manifest = JSON.parse(text);
  manifest.version = version;
  if (manifest.packages !== undefined) manifest.packages[""].version = version;
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function release(version, dry) {
  const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  const { version: current } = JSON.parse(read("package.json"));
  if (!/^\d+\.\d+\.\d+$/.test(version ?? "") || !isNewer(version, current)) {
    throw new Error(
      `got version ${version}; expected three numbers after ${current}, such as npm run release -- 0.2.0`,
    );
  }
  const date = new Date().toISOString().slice(0, 10);
  const texts = {
    "CHANGELOG.md": datedChangelog(read("CHANGELOG.md"), version, date),
    "package.json": withVersion(read("package.json"), version),
    "package-lock.json": withVersion(read("package-lock.json"), version),
  };
  const run = (command, ...args) => {
    console.log(`${dry ? "would run" : "runs"}: ${[command, ...args].join(" ")}`);
    if (!dry) execFileSync(command, args, { stdio: "inherit", cwd: new URL("..", import.meta.url) });
  };
  const changed = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  if (changed !== "") throw new Error(`got changes that are not committed; expected a clean tree:\n${changed}`);
  run("npm", "test");
  for (const [path, text] of Object.entries(texts)) {
    console.log(`${dry ? "would write" : "writes"}: ${path}`);
    if (!dry) writeFileSync(new URL(`../${path}`, import.meta.url), text);
  }
  run("git", "commit", "--all", "--message", `Release ${version}`);
  run("git", "tag", "--annotate", `v${version}`, "--message", `senet ${version}`);
  console.log("then: git push --follow-tags && npm publish --ignore-scripts=false");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const args = process.argv.slice(2);
  try {
    release(
      args.find((arg) => !arg.startsWith("--")),
      args.includes("--dry-run"),
    );
  } catch (error) {
    console.error(`release: ${error.message}`);
    process.exit(2);
  }
}
