import { UserError } from "../../errors.js";
import type { Tensor } from "../../graph/tensor.js";
import { writeSafetensorsFile } from "../../weights/safetensors/node/safetensors-file.js";

/**
 * Writes a file of tensors, whole or not at all.
 * @param what the flag or command that named the path, for the error.
 * @throws UserError when it cannot.
 */
export async function writeTensors(
  what: string,
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await writeSafetensorsFile(path, tensors, metadata);
  } catch (error) {
    throw new UserError(
      `${what}: cannot write ${path} (${error instanceof Error ? error.message : error}); give another path`,
    );
  }
}
