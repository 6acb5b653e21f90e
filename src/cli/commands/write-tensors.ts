import { rename, rm } from "node:fs/promises";
import { UserError } from "../../errors.js";
import { checkReplaceable } from "../../files/node/replaceable.js";
import type { Tensor } from "../../graph/tensor.js";
import { writeSafetensorsFile } from "../../weights/safetensors/node/safetensors-file.js";

/**
 * Writes tensors beside `path` and renames, so that the file is whole or not there.
 * @param what the flag or command that named the path, for the error.
 * @throws UserError when it cannot.
 */
export async function writeTensors(
  what: string,
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  try {
    checkReplaceable(path);
    await writeSafetensorsFile(beside, tensors, metadata);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new UserError(
      `${what}: cannot write ${path} (${error instanceof Error ? error.message : error}); give another path`,
    );
  }
}
