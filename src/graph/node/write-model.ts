import { basename } from "node:path";
import { replaceFileSync } from "../../files/node/replace-file.js";
import type { Model } from "../graph.js";
import { type WriteOptions, writeOnnxPieces, writeOnnxSplit } from "../onnx/write-onnx.js";

/** How a model is written. */
export interface WriteModelOptions extends WriteOptions {
  /** Puts the weights into a file `<path>.data` of their own; needed beyond 2 GB, and then done by itself. */
  readonly split?: boolean;
}

/** A protobuf file holds less than 2 GiB; what is not weights is far below the margin. */
const LARGEST_FILE = 2 ** 31 - 2 ** 26;

/**
 * Writes a model as `path`, and where it has too many weights for one file `<path>.data` beside it. Each file is whole
 * or not there; what was there before is replaced.
 * @throws Error of the file system, such as ENOSPC, or as `writeOnnx`.
 * @example
 * ```ts
 * import { createModel, initialise } from "senet";
 * import { readModel, writeModel } from "senet/node";
 *
 * const graph = createModel("resnet20");
 * writeModel("resnet20.onnx", { graph, weights: initialise(graph, 1) }, { opset: 17 });
 * console.log(readModel("resnet20.onnx").weights.size === graph.parameters.size); // true
 * ```
 */
export function writeModel(
  path: string,
  { graph, weights }: Model,
  { split = false, opset }: WriteModelOptions = {},
): void {
  const bytes = [...weights.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  if (split || bytes > LARGEST_FILE) {
    const { model, pieces } = writeOnnxSplit(graph, weights, basename(`${path}.data`), { opset });
    replaceFileSync(`${path}.data`, pieces);
    replaceFileSync(path, [model]);
  } else {
    replaceFileSync(path, writeOnnxPieces(graph, weights, { opset }));
  }
}
