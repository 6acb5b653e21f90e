import { rename, rm } from "node:fs/promises";
import { UserError } from "../errors.js";
import type { Tensor } from "../graph/tensor.js";
import { writeSafetensorsFile } from "../weights/node/safetensors-file.js";

/** Writes tensors beside `path` and renames, so that the file is whole or not there. @throws UserError when it cannot. */
export async function writeTensors(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    await writeSafetensorsFile(beside, tensors);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new UserError(
      `--output: cannot write ${path} (${error instanceof Error ? error.message : error}); give another path`,
    );
  }
}
