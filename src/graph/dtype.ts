import type { DType } from "./tensor.js";

/** ONNX's numbers of the element types. Source: onnx.proto, TensorProto.DataType. */
const numbers: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** ONNX's number of an element type. */
export function dtypeToOnnx(dtype: DType): number {
  return numbers[dtype];
}

/** The element type of an ONNX number. @throws TypeError when we do not hold that type. */
export function dtypeFromOnnx(number: number): DType {
  for (const [dtype, known] of Object.entries(numbers)) if (known === number) return dtype as DType;
  throw new TypeError(
    `got element type ${number}; expected one of ${Object.entries(numbers)
      .map(([d, n]) => `${n} (${d})`)
      .join(", ")}`,
  );
}
