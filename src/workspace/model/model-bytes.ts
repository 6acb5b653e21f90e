import { dirname, resolve } from "node:path";
import { withContext } from "../../errors.js";
import { checkPlace, withModelFile } from "../../graph/node/read-model.js";
import { type Outline, outlineOnnx } from "../../graph/onnx/outline.js";

/** A file that an engine opens as it is. */
export interface ModelBytes {
  readonly onnx: Uint8Array;
  readonly outline: Outline;
  /** Where tensors lie that are kept outside of the file; undefined where none are. */
  readonly folder: string | undefined;
}

/** What an `.onnx` file says of itself. @throws UserError when it cannot be read or is no whole model. */
export function outlineFile(path: string): Outline {
  return withModelFile(path, outlineOnnx);
}

/**
 * Reads an `.onnx` file as it is.
 * @throws UserError when it cannot be read, is no whole model, or asks for tensors out of its folder.
 */
export function openModelBytes(path: string): ModelBytes {
  const onnx = withModelFile(path, (bytes) => bytes);
  const outline = withContext(path, () => outlineOnnx(onnx));
  withContext(path, () => {
    for (const location of outline.elsewhere) checkPlace(path, { location, tensor: "weights" });
  });
  return { onnx, outline, folder: outline.elsewhere.length > 0 ? resolve(dirname(path)) : undefined };
}
