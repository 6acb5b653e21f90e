import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import { usableCores } from "../../files/node/machine.js";
import { senetVersion } from "./version.js";

const require = createRequire(import.meta.url);

/** The version of ONNX Runtime that is installed. */
function engineVersion(): string {
  const text = readFileSync(require.resolve("onnxruntime-node/package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The versions and the machine behind a measurement. */
export function environment() {
  return {
    senet: senetVersion(),
    node: process.version,
    onnxruntime: engineVersion(),
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: usableCores(),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}
