/**
 * ONNX's numbers of the 16-bit floating-point types. They are computed with in single precision, which holds all of
 * them.
 */
export const halfTypes = { float16: 10, bfloat16: 16 } as const;

/** True for a 16-bit floating-point type of ONNX. */
export function isHalf(dataType: number): boolean {
  return dataType === halfTypes.float16 || dataType === halfTypes.bfloat16;
}

/** Widens numbers of a 16-bit floating-point type, given as their bits, exactly. */
export function widened(dataType: number, bits: ArrayLike<number>): Float32Array {
  if (dataType === halfTypes.float16) return Float32Array.from(bits, (half) => fromFloat16(half & 0xffff));
  // bfloat16 is the upper half of a single-precision number.
  return new Float32Array(Uint32Array.from(bits, (half) => (half & 0xffff) << 16).buffer);
}

/** The bits of float16 numbers, rounded to the nearest, ties to even. */
export function toFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, halfOf);
}

/** Source: IEEE 754-2019, 4.3.1 and binary16. */
function halfOf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size || 2 ** -15)));
  const steps = size / 2 ** (exponent - 10);
  const floor = Math.floor(steps);
  const up = steps - floor > 0.5 || (steps - floor === 0.5 && floor % 2 === 1);
  // Subnormal numbers have exponent 0 and count steps of the least one; a carry goes into the exponent by itself.
  return sign | (floor + (up ? 1 : 0) + (exponent + 14) * 1024);
}

/** Source: IEEE 754-2019, binary16: 1 sign, 5 exponent (bias 15) and 10 fraction bits. */
function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
