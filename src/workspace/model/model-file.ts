import type { ImportOptions } from "../../clean/import-model.js";
import { withContext } from "../../errors.js";
import type { Model } from "../../graph/graph.js";

/**
 * The model of an `.onnx` file, ready to be run, differentiated and trained.
 * @throws UserError when the file cannot be read, or takes other images than it will see.
 */
export async function openModelFile(path: string, options: ImportOptions = {}): Promise<Model> {
  const { readModel } = await import("../../graph/node/read-model.js");
  const { importModel } = await import("../../clean/import-model.js");
  const model = readModel(path, { image: options.image });
  return withContext(path, () => importModel(model, options));
}
