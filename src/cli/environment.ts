import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";

/** The versions and the machine behind a measurement. */
export function environment() {
  const require = createRequire(import.meta.url);
  const version = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  return {
    senet: version(require.resolve("../../package.json")),
    node: process.version,
    onnxruntime: version(require.resolve("onnxruntime-node/package.json")),
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
