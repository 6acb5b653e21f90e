import { dtypeFromOnnx } from "../dtype.js";
import { isHalf, widened } from "../half-precision.js";
import { arrayType, bytesPerElement, type DType, elements, type Tensor } from "../tensor.js";
import { entryField, tensorField } from "./fields.js";
import type { Message } from "./protobuf.js";

/** Where the elements of a tensor lie that are not in the `.onnx` file itself. */
export interface ExternalData {
  /** Path of the file, relative to the folder of the `.onnx` file. */
  readonly location: string;
  /** In bytes. */
  readonly offset: number;
  /** In bytes: what the tensor's shape asks for. */
  readonly length: number;
  /** The tensor's name, for messages. */
  readonly tensor: string;
}

/** Fetches elements that lie in another file: exactly `length` bytes in memory of their own. */
export type ReadExternal = (where: ExternalData) => Uint8Array;

/** More axes than any network has; a damaged file may claim millions. */
export const mostAxes = 64;

/**
 * The tensor in a message: its elements as raw bytes, as a list of numbers or in another file.
 * 16-bit floating-point numbers are widened to float32.
 * @throws Error when elements and shape do not fit or the elements cannot be had.
 */
export function readTensor(message: Message, external: ReadExternal | undefined): Tensor {
  const name = message.text(tensorField.name);
  const dataType = message.number(tensorField.dataType) ?? 0;
  const dtype = isHalf(dataType) ? "float32" : dtypeFromOnnx(dataType);
  const shape = readDims(message, name);
  const size = isHalf(dataType) ? 2 : bytesPerElement(dtype);
  const raw =
    message.number(tensorField.dataLocation) === 1
      ? externalBytes(message, name, size * elements(shape), external)
      : message.bytes(tensorField.rawData);
  if (raw !== undefined && (raw.length > 0 || elements(shape) === 0)) {
    const expected = elements(shape) * size;
    if (raw.length !== expected) {
      throw new Error(`got tensor ${name} [${shape}] with ${raw.length} bytes; expected ${expected}`);
    }
    if (isHalf(dataType)) return { dtype, shape, data: widened(dataType, fromRaw(Uint16Array, raw)) } as Tensor;
    return { dtype, shape, data: fromRaw(arrayType(dtype as "float32"), raw) } as Tensor;
  }
  const data = fromLists(message, dtype, dataType);
  if (data.length !== elements(shape)) {
    throw new Error(`got tensor ${name} [${shape}] with ${data.length} elements; expected ${elements(shape)}`);
  }
  return { dtype, shape, data } as Tensor;
}

function readDims(message: Message, name: string): number[] {
  const shape = message.numbers(tensorField.dims);
  if (shape.length > mostAxes) throw new Error(`got tensor ${name} with ${shape.length} axes; expected ${mostAxes}`);
  if (shape.some((dim) => dim < 0 || !Number.isSafeInteger(dim)) || !Number.isSafeInteger(8 * elements(shape))) {
    throw new Error(`got tensor ${name} with shape [${shape}]; expected extents that can be counted`);
  }
  return shape;
}

/** A typed array over raw bytes: over the same memory where it belongs to nobody else, over a copy elsewhere. */
function fromRaw<T>(type: { new (buffer: ArrayBuffer): T }, raw: Uint8Array): T {
  const whole = raw.byteLength === raw.buffer.byteLength && raw.buffer instanceof ArrayBuffer;
  return new type(whole ? (raw.buffer as ArrayBuffer) : new Uint8Array(raw).buffer);
}

/** The elements from the list of numbers that small tensors use. */
function fromLists(message: Message, dtype: DType, dataType: number) {
  if (isHalf(dataType)) return widened(dataType, message.int32s(tensorField.int32Data));
  if (dtype === "float32") return message.floats(tensorField.floatData);
  if (dtype === "float64") return message.doubles(tensorField.doubleData);
  if (dtype === "int64") return message.int64s(tensorField.int64Data);
  return arrayType(dtype as "int32").from(message.int32s(tensorField.int32Data));
}

function externalBytes(message: Message, tensor: string, length: number, read: ReadExternal | undefined): Uint8Array {
  const entries = new Map<string, string>();
  for (const entry of message.messages(tensorField.externalData)) {
    entries.set(entry.text(entryField.key), entry.text(entryField.value));
  }
  const location = entries.get("location") ?? "";
  const [offset, stored] = [Number(entries.get("offset") ?? 0), Number(entries.get("length") ?? length)];
  if (location === "" || !Number.isSafeInteger(offset) || offset < 0 || stored !== length) {
    throw new Error(
      `got tensor ${tensor} in file "${location}" at ${entries.get("offset") ?? 0}, ${entries.get("length") ?? length} bytes; ` +
        `expected the name of a file, an offset and ${length} bytes`,
    );
  }
  if (length === 0) return new Uint8Array();
  if (read === undefined) {
    throw new Error(
      `got tensor ${tensor} whose elements lie in another file, ${location}; read the model from its folder (readModel), or export it as one file`,
    );
  }
  return read({ location, offset, length, tensor });
}
