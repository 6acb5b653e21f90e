import { UserError } from "../../errors.js";
import type { Tensor } from "../../graph/tensor.js";
import { writeSafetensorsFile } from "../../weights/safetensors/node/safetensors-file.js";

/**
 * Writes tensors to a `.safetensors` file, whole or not at all.
 * @throws UserError when it cannot.
 */
export async function writeTensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await writeSafetensorsFile(path, tensors, metadata);
  } catch (error) {
    const about = `cannot write ${path} (${error instanceof Error ? error.message : error}); give another path`;
    throw new UserError(about, { option: "output", about });
  }
}
