import { quoted, UserError } from "../errors.js";
import { graphField, modelField, tensorField } from "../graph/onnx/fields.js";
import { Message } from "../graph/onnx/protobuf.js";
import { type ReadExternal, readTensor } from "../graph/onnx/tensor.js";
import type { StoredType } from "./stored-type.js";
import type { TensorListing } from "./tensor-listing.js";

/** Types of initializers that are weights, by ONNX's numbers. Source: onnx.proto, TensorProto.DataType. */
const floatingPoint: Readonly<Record<number, StoredType>> = { 1: "F32", 10: "F16", 11: "F64", 16: "BF16" };

/**
 * The initializers of an `.onnx` file as a source of weights, whatever its operators: floating-point tensors with axes,
 * which are what `readOnnx` takes for parameters. The rest, such as the targets of reshapes, is counted in a notice.
 * @throws UserError when the bytes are not a whole ONNX model.
 */
export function openInitializers(bytes: Uint8Array, source = "onnx", external?: ReadExternal): TensorListing {
  const found = new Map<string, { message: Message; type: StoredType; shape: number[] }>();
  let others = 0;
  inOneLine(source, () => {
    const graph = new Message(bytes).message(modelField.graph);
    if (graph === undefined) throw new Error("it has no graph");
    for (const message of graph.messages(graphField.initializer)) {
      const name = message.text(tensorField.name);
      const type = floatingPoint[message.number(tensorField.dataType) ?? 0];
      const shape = message.numbers(tensorField.dims);
      if (found.has(name)) throw new Error(`it has two tensors "${name}"`);
      if (type !== undefined && shape.length > 0) found.set(name, { message, type, shape });
      else others++;
    }
  });
  return {
    entries: Array.from(found, ([name, { type, shape }]) => ({ name, type, shape })),
    notices: others === 0 ? [] : [{ kind: "constants", count: others }],
    read: (name) => inOneLine(source, () => readTensor(found.get(name)!.message, external)),
  };
}

function inOneLine<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new UserError(`${source}: not a whole ONNX model (${quoted(text)}); give a complete .onnx file`);
  }
}
