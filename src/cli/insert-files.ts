import { UserError } from "../errors.js";
import type { Graph, Model, Value } from "../graph/graph.js";
import { isHalf } from "../graph/half-precision.js";
import { withModelFile } from "../graph/node/read-model.js";
import { writeModel } from "../graph/node/write-model.js";
import { opsetOf } from "../graph/onnx-body.js";
import { graphField, modelField, tensorField } from "../graph/onnx-fields.js";
import { readInputs } from "../graph/onnx-inputs.js";
import { readOnnx } from "../graph/onnx-read.js";
import type { ReadExternal } from "../graph/onnx-tensor.js";
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
  /** Where the file leaves the size of images open: its inputs as it declares them, and the graph for another size. */
  readonly open?: { readonly inputs: readonly Value[]; readonly other: Graph } | undefined;
}

/** The oldest and the newest version of ONNX's operators that we write. */
const writable = [13, 21] as const;

/** Sizes of images for files that leave them open, unless one is given. */
const [usual, another] = [224, 288];

/**
 * Reads an `.onnx` file, and how it is written.
 * @param image the size [C, H, W] to compute shapes for, where the file leaves it open.
 * @throws UserError when it cannot be read.
 */
export function readModelFile(path: string, image?: readonly number[]): ModelFile {
  return withModelFile(path, (bytes, external) => {
    let split = false;
    const noted: ReadExternal = (where) => {
      split = true;
      return external(where);
    };
    const inputs = declaredInputs(bytes);
    const open = inputs[0]?.shape.length === 4 && inputs[0].shape.slice(1).some((dim) => typeof dim === "string");
    const sized = (side: number) =>
      inputs[0]!.shape.slice(1).map((dim, i) => (i === 0 && typeof dim === "string" ? 3 : side));
    const model = readOnnx(bytes, { external: noted, image: image ?? (open ? sized(usual) : undefined) });
    const other = open ? readOnnx(bytes, { external, image: sized(another) }).graph : undefined;
    const message = new Message(bytes);
    const tensors = message.message(modelField.graph)?.messages(graphField.initializer) ?? [];
    const half = Array.from(tensors).some((tensor) => isHalf(tensor.number(tensorField.dataType) ?? 0));
    const opset = opsetOf(message, modelField.opsetImport);
    return { model, opset, split, half, open: other && { inputs, other } };
  });
}

/** The inputs of a file, with names for extents that it leaves open; none where the file is damaged, which reading it will say. */
function declaredInputs(bytes: Uint8Array): readonly Value[] {
  try {
    const graph = new Message(bytes).message(modelField.graph);
    if (graph === undefined) return [];
    const tensors = Array.from(graph.messages(graphField.initializer));
    return readInputs(graph, new Map(tensors.map((tensor) => [tensor.text(tensorField.name), tensor])));
  } catch {
    return [];
  }
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
