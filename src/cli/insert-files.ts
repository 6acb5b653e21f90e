import { UserError } from "../errors.js";
import type { Model } from "../graph/graph.js";
import { isHalf } from "../graph/half-precision.js";
import { withModelFile } from "../graph/node/read-model.js";
import { writeModel } from "../graph/node/write-model.js";
import { opsetOf } from "../graph/onnx-body.js";
import { graphField, modelField, tensorField } from "../graph/onnx-fields.js";
import { readOnnx } from "../graph/onnx-read.js";
import { Message } from "../graph/protobuf.js";

/** A model as it lies in a file. */
export interface ModelFile {
  readonly model: Model;
  /** The version of ONNX's operators that it is written in. */
  readonly opset: number;
  /** Whether its weights lie in another file. */
  readonly split: boolean;
  /** Whether some of its weights are 16-bit floating-point numbers, which are read as 32-bit ones. */
  readonly half: boolean;
}

/** The oldest and the newest version of ONNX's operators that we write. */
const writable = [13, 21] as const;

/** Reads an `.onnx` file, and how it is written. @throws UserError when it cannot be read. */
export function readModelFile(path: string): ModelFile {
  return withModelFile(path, (bytes, external) => {
    let split = false;
    const model = readOnnx(bytes, {
      external: (where) => {
        split = true;
        return external(where);
      },
    });
    const message = new Message(bytes);
    const tensors = message.message(modelField.graph)?.messages(graphField.initializer) ?? [];
    const half = Array.from(tensors).some((tensor) => isHalf(tensor.number(tensorField.dataType) ?? 0));
    return { model, opset: opsetOf(message, modelField.opsetImport), split, half };
  });
}

/**
 * Writes a model in the way another one was written: in the same opset, or the nearest that has its operators, and with its
 * weights beside it where they lay so.
 * @returns what is different, a sentence each.
 */
export function writeLike({ opset, split, half }: ModelFile, path: string, model: Model, asked?: number): string[] {
  const [oldest, newest] = writable;
  const notices = half ? ["the file has 16-bit weights, the new one 32-bit ones"] : [];
  const wanted = asked ?? Math.min(newest, Math.max(oldest, opset));
  for (let version = wanted; ; version++) {
    try {
      writeModel(path, model, { opset: version, split });
      const why = version === wanted ? `we write ${oldest} to ${newest}` : "an operator needs it";
      if (version === opset || asked !== undefined) return notices;
      return [...notices, `the file has opset ${opset}, the new one ${version}: ${why}`];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) {
        throw new UserError(`--out: cannot write ${path} (${(error as Error).message}); choose another place`);
      }
      if (!(error instanceof UserError)) throw error;
      if (asked !== undefined || version >= newest) throw new UserError(`--opset: ${error.message}`);
    }
  }
}
