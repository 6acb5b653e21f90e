import { halfTypes, toFloat16, widened } from "../../graph/half-precision.js";
import { arrayType, type DType, type Tensor } from "../../graph/tensor.js";
import { refuse } from "../refusal.js";

/** An element type of the protocol, and what holds it here. */
interface Held {
  /** FP16 is computed with, and fed, as float32, which holds all of it. */
  readonly dtype: DType;
  /** ONNX Runtime's name. */
  readonly onnx: string;
  /** Bytes of an element in a binary tensor. */
  readonly bytes: number;
}

/** Element types of models that are served, by the names of the protocol. */
const held = {
  BOOL: { dtype: "bool", onnx: "bool", bytes: 1 },
  UINT8: { dtype: "uint8", onnx: "uint8", bytes: 1 },
  INT8: { dtype: "int8", onnx: "int8", bytes: 1 },
  INT32: { dtype: "int32", onnx: "int32", bytes: 4 },
  INT64: { dtype: "int64", onnx: "int64", bytes: 8 },
  FP16: { dtype: "float32", onnx: "float16", bytes: 2 },
  FP32: { dtype: "float32", onnx: "float32", bytes: 4 },
  FP64: { dtype: "float64", onnx: "float64", bytes: 8 },
} as const satisfies Readonly<Record<string, Held>>;

/** The name of an element type in the protocol. */
export type Datatype = keyof typeof held;

/** Their names, in words. */
export const datatypesInWords = Object.keys(held).join(", ");

export function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(held, name);
}

/** What holds an element type here. */
export function heldAs(datatype: Datatype): Held {
  return held[datatype];
}

/** The protocol's name of a type of ONNX Runtime; undefined where no tensor of ours has it. */
export function datatypeOf(onnx: string): Datatype | undefined {
  return (Object.keys(held) as Datatype[]).find((name) => held[name].onnx === onnx);
}

/**
 * The tensor that little-endian bytes are; they are not copied where they lie as an array wants them.
 * @throws Refusal where a boolean is neither 0 nor 1.
 */
export function fromBinary(datatype: Datatype, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { dtype, bytes: size } = held[datatype];
  const lying = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  if (datatype === "FP16") {
    const bits = new Uint16Array(lying.buffer, lying.byteOffset, lying.length / size);
    return { dtype: "float32", shape, data: widened(halfTypes.float16, bits) };
  }
  if (datatype === "BOOL") {
    const strange = bytes.find((byte) => byte > 1);
    if (strange !== undefined) refuse(`got ${strange} as BOOL; expected bytes that are 0 or 1`);
  }
  const data = new (arrayType(dtype))(lying.buffer as ArrayBuffer, lying.byteOffset, lying.length / size);
  return { dtype, shape, data } as Tensor;
}

/** The little-endian bytes of a tensor; those of the array itself but for FP16. */
export function toBinary(datatype: Datatype, { data }: Tensor): Uint8Array {
  const array = datatype === "FP16" ? toFloat16(data as Float32Array) : data;
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
