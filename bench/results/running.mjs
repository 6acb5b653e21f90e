// What the scripts of results share: a temporary folder, and commands that are printed with what they print.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A folder that is gone when the script ends. */
export const folder = mkdtempSync(join(tmpdir(), "senet-results-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.on(signal, () => process.exit(code));

console.log(`${cpus().length} cores of ${cpus()[0].model}, Node ${process.version}\n`);

/** The arguments of the script without flags, or its usage where one is missing; `--quick` asks for a small part. */
export function argumentsOf(usage) {
  const given = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const expected = usage.split(" ").filter((word) => /^[A-Z]/.test(word));
  if (given.length >= expected.length) return given;
  console.error(`usage: npm run results -- ${usage}`);
  process.exit(2);
}
export const quick = process.argv.includes("--quick");

/** Runs `senet` with these arguments; gives what it prints. Data of the user are not shown by their place. */
export async function senet(...words) {
  const shown = words.map((word) => (/[ *]/.test(word) ? `'${word}'` : word).replaceAll(`${folder}/`, ""));
  console.log(`$ senet ${shown.join(" ")}`);
  return run(process.execPath, [join(root, "dist/cli/index.js"), ...words.map(String)]);
}

/** Runs tests of the compiled project, which print their table. */
export async function tests(environment, ...words) {
  console.log(`$ npx vitest run ${words.join(" ")}`);
  return run("npx", ["vitest", "run", "--silent=false", ...words], environment);
}

/** Runs a program in the project's folder; what it prints appears at once, but its progress. */
export async function run(program, words, environment = {}) {
  const child = spawn(program, words, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
    process.stdout.write(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text) => process.stderr.write(text));
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`${program} ${words[0]}: ended with ${signal ?? `code ${code}`}`);
  console.log();
  return printed;
}
