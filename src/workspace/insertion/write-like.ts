import { optionError, UserError } from "../../errors.js";
import type { Model } from "../../graph/graph.js";
import { writeModel } from "../../graph/node/write-model.js";
import { OPSET } from "../../graph/onnx/opset.js";
import type { OnNotice } from "../../notice.js";
import type { ModelFile } from "./open-to-insert.js";

/** The oldest and the newest version of ONNX's operators that we write. */
const writable = [13, 21] as const;

/** How a model is written in the way of another. */
export interface WriteLikeOptions {
  /** The version of ONNX's operators; that of the other, or the nearest that has the operators, by default. */
  readonly opset?: number | undefined;
  /** Told what is different from the other file. */
  readonly onNotice?: OnNotice | undefined;
}

/**
 * Writes a model in the way another one was written: in the same opset, or the nearest that has its operators, and with
 * its weights beside it where they lay so.
 * @throws UserError when it cannot be written, or an operator needs another opset than was asked for.
 * @example
 * ```ts
 * import { insertIntoModel, readModel, writeLike } from "senet/node";
 *
 * const { source, model } = await insertIntoModel("plain.onnx", { attention: { kind: "se" } });
 * if (model !== undefined) writeLike(source, "with-se.onnx", model);
 * console.log(readModel("with-se.onnx").weights.size > readModel("plain.onnx").weights.size); // true
 * ```
 */
export function writeLike(
  { opset, split, half }: Omit<ModelFile, "model">,
  path: string,
  model: Model,
  { opset: asked, onNotice }: WriteLikeOptions = {},
): void {
  const [oldest, newest] = writable;
  const wanted = asked ?? Math.min(newest, Math.max(oldest, opset ?? OPSET));
  for (let version = wanted; ; version++) {
    try {
      writeModel(path, model, { opset: version, split });
      if (half) onNotice?.({ kind: "widened-weights" });
      if (version === opset || opset === undefined || asked !== undefined) return;
      onNotice?.({ kind: "other-opset", file: opset, written: version, needed: version !== wanted, writable });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) {
        throw optionError("out", `cannot write ${path} (${(error as Error).message}); choose another place`);
      }
      if (!(error instanceof UserError)) throw error;
      if (asked !== undefined || version >= newest) throw optionError("opset", error.message);
    }
  }
}
