import { UserError } from "../errors.js";

/** Element types a graph carries, by their ONNX names. */
export type DType = "float32" | "float64" | "int64" | "int32" | "int8" | "uint8" | "bool";

/** The array that holds elements of one type; `bool` is one byte each, 0 or 1. */
export interface DTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int8: Int8Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** A dense array in row-major order. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: DTypeArrays[D];
}

const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** The number of elements of a shape; 1 for a scalar. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** The typed array class that holds elements of type `dtype`. */
export function arrayType<D extends DType>(dtype: D): (typeof arrayTypes)[D] {
  return arrayTypes[dtype];
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return arrayTypes[dtype].BYTES_PER_ELEMENT;
}

/**
 * A float32 tensor over `data`, which is not copied.
 * @throws RangeError when the shape does not hold exactly the data.
 * @example
 * ```ts
 * import { float32 } from "senet";
 *
 * const { dtype, shape, data } = float32([2, 2], [1, 2, 3, 4]);
 * console.log(dtype, shape, data.length); // float32 [ 2, 2 ] 4
 * ```
 */
export function float32(shape: readonly number[], data: Float32Array | readonly number[]): Tensor<"float32"> {
  return checked({ dtype: "float32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
}

/**
 * A float64 tensor over the given numbers. @throws RangeError when the shape does not hold exactly the data.
 * @example
 * ```ts
 * import { float64 } from "senet/graph";
 *
 * console.log(float64([1], [0.1]).data[0]); // 0.1
 * ```
 */
export function float64(shape: readonly number[], data: readonly number[]): Tensor<"float64"> {
  return checked({ dtype: "float64", shape, data: Float64Array.from(data) });
}

/**
 * An int64 tensor; plain numbers are converted. @throws RangeError when the shape does not hold exactly the data.
 * @example
 * ```ts
 * import { int64 } from "senet";
 *
 * console.log(int64([2], [0, 9]).data); // BigInt64Array(2) [ 0n, 9n ]
 * ```
 */
export function int64(shape: readonly number[], data: BigInt64Array | readonly number[]): Tensor<"int64"> {
  const array = data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt);
  return checked({ dtype: "int64", shape, data: array });
}

/**
 * A tensor of zeros.
 * @example
 * ```ts
 * import { zeros } from "senet/graph";
 *
 * console.log(zeros("int64", [2]).data); // BigInt64Array(2) [ 0n, 0n ]
 * ```
 */
export function zeros<D extends DType>(dtype: D, shape: readonly number[]): Tensor<D> {
  return { dtype, shape, data: new arrayTypes[dtype](elements(shape)) as DTypeArrays[D] };
}

/**
 * The elements of a float32 tensor, such as the logits that a session gives. @throws UserError when it is none.
 * @example
 * ```ts
 * import { float32, floatsOf, writeOnnx } from "senet";
 * import { nodeRuntime, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const runtime = nodeRuntime();
 * const session = await runtime.open(writeOnnx(graph, weights));
 * const { logits } = await session.run({ x: float32([1, 3, 32, 32], new Float32Array(3 * 32 * 32)) });
 * await runtime.close();
 * console.log(floatsOf(logits).length); // 26
 * ```
 */
export function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (isFloat32(tensor)) return tensor.data;
  throw new UserError(`floatsOf: got ${tensor ? `a tensor of ${tensor.dtype}` : "no tensor"}; expected one of float32`);
}

/** Whether what came from elsewhere is a tensor of a type that graphs carry. */
export function isTensor(value: {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}): value is Tensor {
  return isDType(value.dtype) && value.data instanceof arrayTypes[value.dtype];
}

function isDType(name: string): name is DType {
  return Object.hasOwn(arrayTypes, name);
}

function isFloat32(tensor: Tensor | undefined): tensor is Tensor<"float32"> {
  return tensor?.dtype === "float32";
}

/**
 * The elements as plain numbers, for shapes, axes and other small integer tensors.
 * @example
 * ```ts
 * import { int64, toNumbers } from "senet/graph";
 *
 * console.log(toNumbers(int64([3], [1, 3, 224]))); // [ 1, 3, 224 ]
 * ```
 */
export function toNumbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

function checked<T extends Tensor>(tensor: T): T {
  if (tensor.data.length !== elements(tensor.shape)) {
    throw new RangeError(
      `tensor: got ${tensor.data.length} elements for shape [${tensor.shape}]; expected ${elements(tensor.shape)}`,
    );
  }
  return tensor;
}
