import { UserError } from "../errors.js";
import { halfTypes, widened } from "../graph/half-precision.js";
import type { DType, Tensor } from "../graph/tensor.js";

/**
 * Element types of `.safetensors` and `.pth` files, with the type a tensor has once it is read. Bytes are
 * little-endian.
 */
const types = {
  F64: { dtype: "float64", width: 8, decode: (bytes) => new Float64Array(bytes.buffer) },
  F32: { dtype: "float32", width: 4, decode: (bytes) => new Float32Array(bytes.buffer) },
  F16: { dtype: "float32", width: 2, decode: (bytes) => widened(halfTypes.float16, new Uint16Array(bytes.buffer)) },
  BF16: { dtype: "float32", width: 2, decode: (bytes) => widened(halfTypes.bfloat16, new Uint16Array(bytes.buffer)) },
  I64: { dtype: "int64", width: 8, decode: (bytes) => new BigInt64Array(bytes.buffer) },
  I32: { dtype: "int32", width: 4, decode: (bytes) => new Int32Array(bytes.buffer) },
  I16: { dtype: "int32", width: 2, decode: (bytes) => Int32Array.from(new Int16Array(bytes.buffer)) },
  I8: { dtype: "int8", width: 1, decode: (bytes) => new Int8Array(bytes.buffer) },
  U8: { dtype: "uint8", width: 1, decode: (bytes) => bytes },
  BOOL: { dtype: "bool", width: 1, decode: (bytes) => bytes },
} as const satisfies Record<string, StoredRule>;

interface StoredRule {
  readonly dtype: DType;
  /** Bytes of one element. */
  readonly width: number;
  /** The elements of bytes that fill a buffer of their own. */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => Tensor["data"];
}

/** The name of an element type in the file. */
export type StoredType = keyof typeof types;

/** Every element type that is read. */
export const storedTypes = Object.keys(types) as readonly StoredType[];

export function isStoredType(name: unknown): name is StoredType {
  return typeof name === "string" && Object.hasOwn(types, name);
}

/** Bytes of one element in the file. */
export function widthOf(type: StoredType): number {
  return types[type].width;
}

/** The type under which a tensor is written. */
export function storedTypeOf(dtype: DType): StoredType {
  return storedTypes.find((type) => types[type].dtype === dtype && type !== "F16" && type !== "BF16")!;
}

/**
 * Makes a tensor of its bytes, which fill a buffer of their own and are not copied where the type is kept.
 * @throws UserError when a byte of a BOOL tensor is neither 0 nor 1.
 */
export function decodeTensor(
  { name, type, shape }: { readonly name: string; readonly type: StoredType; readonly shape: readonly number[] },
  bytes: Uint8Array<ArrayBuffer>,
  source: string,
): Tensor {
  const { dtype, decode } = types[type];
  if (dtype === "bool" && bytes.some((byte) => byte > 1)) {
    throw new UserError(`${source}: tensor "${name}": got a BOOL that is neither 0 nor 1; expected a whole file`);
  }
  return { dtype, shape, data: decode(bytes) } as Tensor;
}
