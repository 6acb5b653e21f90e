import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { UserError, withContext } from "../../errors.js";
import { OpenFile } from "../../files/node/open-file.js";
import { checkBeside } from "../../files/node/same-folder.js";
import type { Model } from "../graph.js";
import { type ReadOptions, readOnnx } from "../onnx/read-onnx.js";
import type { ExternalData, ReadExternal } from "../onnx/tensor.js";

/**
 * Reads an `.onnx` file, and the files in its folder that hold its weights where they are kept apart: every tensor
 * goes straight into its own memory.
 * @throws UserError in one line when a file cannot be read, is cut short, or is not what it should be.
 * @example
 * ```ts
 * import { readCard } from "senet";
 * import { readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * console.log(readCard(graph).classes.length, weights.size); // 26 143
 * ```
 */
export function readModel(path: string, options: Pick<ReadOptions, "image"> = {}): Model {
  return withModelFile(path, (bytes, external) => readOnnx(bytes, { ...options, external }));
}

/** Opens an `.onnx` file for as long as `use` takes, with what fetches tensors out of the files beside it. */
export function withModelFile<T>(path: string, use: (bytes: Uint8Array, external: ReadExternal) => T): T {
  const files = new Map([["", new OpenFile(path)]]);
  const external = (where: ExternalData) => {
    const location = insideFolder(where);
    const data = files.get(location) ?? new OpenFile(checkPlace(path, where));
    files.set(location, data);
    return data.read(where.offset, where.length, `tensor ${where.tensor}`);
  };
  try {
    const file = files.get("")!;
    return withContext(path, () => use(file.read(0, file.size, "a model"), external));
  } finally {
    for (const file of files.values()) file.close();
  }
}

/**
 * The path of the file in which a model's file says that a tensor lies.
 * @throws UserError when it leads out of the model's folder, by itself or by a link.
 */
export function checkPlace(model: string, where: Pick<ExternalData, "location" | "tensor">): string {
  const named = join(dirname(model), insideFolder(where));
  checkBeside(model, named, `tensor ${where.tensor}`);
  return named;
}

/** The path of a file with weights in the model's folder. @throws UserError when it leads out of it. */
function insideFolder({ location, tensor }: Pick<ExternalData, "location" | "tensor">): string {
  const path = normalize(location);
  if (isAbsolute(path) || path.split(sep)[0] === ".." || path.includes("\0")) {
    throw new UserError(`got tensor ${tensor} in "${location}"; expected a file in the folder of the model`);
  }
  return path;
}
