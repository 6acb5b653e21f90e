import { OpenFile } from "../../../files/node/open-file.js";
import { replaceFile } from "../../../files/node/replace-file.js";
import type { Tensor } from "../../../graph/tensor.js";
import { readAll, type TensorFile } from "../../tensor-listing.js";
import { openSafetensors, safetensorsPieces } from "../safetensors.js";

/**
 * Reads a `.safetensors` file tensor by tensor, so that it is never in memory twice.
 * @throws UserError in one line when the file cannot be opened, is cut short, malformed, or holds a type we do not
 *   know.
 * @example
 * ```ts
 * import { readSafetensorsFile } from "senet/node";
 *
 * const { tensors } = await readSafetensorsFile("weights.safetensors");
 * console.log(tensors.get("conv1.weight")?.shape); // [ 16, 3, 3, 3 ]
 * ```
 */
export async function readSafetensorsFile(path: string): Promise<TensorFile> {
  const file = new OpenFile(path);
  try {
    const { metadata, ...listing } = openSafetensors(file);
    return { tensors: readAll(listing), metadata: new Map(metadata) };
  } finally {
    file.close();
  }
}

/**
 * Writes a `.safetensors` file piece by piece, so that it is never in memory twice. It is there as a whole or not at
 * all; what the path held is replaced.
 * @throws Error of the file system, such as ENOSPC; RangeError as `writeSafetensors`.
 * @example
 * ```ts
 * import { float32 } from "senet";
 * import { readSafetensorsFile, writeSafetensorsFile } from "senet/node";
 *
 * await writeSafetensorsFile("in.safetensors", new Map([["x", float32([1, 2], [3, 4])]]));
 * console.log((await readSafetensorsFile("in.safetensors")).tensors.get("x")?.shape); // [ 1, 2 ]
 * ```
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await replaceFile(path, safetensorsPieces(tensors, metadata));
}
