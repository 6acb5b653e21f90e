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
 */
export function float32(shape: readonly number[], data: Float32Array | readonly number[]): Tensor<"float32"> {
  return checked({ dtype: "float32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
}

/** A float64 tensor over the given numbers. @throws RangeError when the shape does not hold exactly the data. */
export function float64(shape: readonly number[], data: readonly number[]): Tensor<"float64"> {
  return checked({ dtype: "float64", shape, data: Float64Array.from(data) });
}

/** An int64 tensor; plain numbers are converted. @throws RangeError when the shape does not hold exactly the data. */
export function int64(shape: readonly number[], data: BigInt64Array | readonly number[]): Tensor<"int64"> {
  const array = data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt);
  return checked({ dtype: "int64", shape, data: array });
}

/** A tensor of zeros. */
export function zeros<D extends DType>(dtype: D, shape: readonly number[]): Tensor<D> {
  return { dtype, shape, data: new arrayTypes[dtype](elements(shape)) as DTypeArrays[D] };
}

/** The elements as plain numbers, for shapes, axes and other small integer tensors. */
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
