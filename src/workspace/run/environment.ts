import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";

const require = createRequire(import.meta.url);
const packages = { senet: "../../../package.json", onnxruntime: "onnxruntime-node/package.json" };

/** The version that a package states. */
function version(of: keyof typeof packages): string {
  const text = readFileSync(require.resolve(packages[of]), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The version of this package. */
export function senetVersion(): string {
  return version("senet");
}

/** The versions and the machine behind a measurement. */
export function environment() {
  return {
    senet: senetVersion(),
    node: process.version,
    onnxruntime: version("onnxruntime"),
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** The command line as a user would type it. */
export function commandLine(): string {
  const quoted = process.argv.slice(2).map((word) => (/^[\w\-./:,=@+]+$/.test(word) ? word : JSON.stringify(word)));
  return ["senet", ...quoted].join(" ");
}
