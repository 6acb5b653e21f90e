import type { AttributeSchema } from "../../graph/attributes.js";
import { isSmall, type Known } from "../../graph/dims/known.js";
import { broadcastShapes } from "../../graph/dims/shape.js";
import type { Dim } from "../../graph/graph.js";
import { type DType, elements } from "../../graph/tensor.js";
import type { OpCall } from "../op.js";

/** One element of a result from those of the operands; undefined where names among them leave it open. */
export type Fold = (operands: readonly Dim[], dtype: DType) => Dim | undefined;

/**
 * The `known` rule of an operator that works element by element with broadcasting. Its result has the element type
 * `to`, or that of the last operand when left out.
 */
export function foldElements<S extends AttributeSchema>(call: OpCall<S>, fold: Fold, to?: DType): [Known | undefined] {
  const operands = call.inputs.map((_, i) => call.known(i));
  if (!operands.every((operand) => operand !== undefined)) return [undefined];
  const shape = operands.map((operand): readonly Dim[] => operand.shape).reduce(broadcastShapes);
  const { dtype } = operands.at(-1)!;
  const element = (at: readonly number[]) => {
    const parts = operands.map((operand) => elementAt(operand, stretched(operand.shape, at)));
    return fold(parts, dtype);
  };
  return [foldEach(to ?? dtype, shape, element)];
}

/** A result of this shape, element by element; undefined where one element is not known, or there are too many. */
export function foldEach(
  dtype: DType,
  shape: readonly Dim[],
  element: (at: readonly number[]) => Dim | undefined,
): Known | undefined {
  if (!shape.every((dim) => typeof dim === "number") || !isSmall(shape)) return undefined;
  const data: Dim[] = [];
  for (let flat = 0; flat < elements(shape); flat++) {
    const found = element(indexOf(shape, flat));
    if (found === undefined) return undefined;
    data.push(found);
  }
  return { dtype, shape, data };
}

/** The `known` rule of an operator that only moves elements: what lies at `at` was at `source(at)` of `from`. */
export function foldMove(
  from: Known | undefined,
  shape: readonly Dim[],
  source: (at: readonly number[]) => readonly number[],
): Known | undefined {
  return from && foldEach(from.dtype, shape, (at) => elementAt(from, source(at)));
}

/** The same elements in another shape. */
export function foldReshape(from: Known | undefined, shape: readonly Dim[]): Known | undefined {
  return from && shape.every((dim) => typeof dim === "number") ? { ...from, shape } : undefined;
}

/** Arithmetic on numbers of an element type, and on whole numbers of which some are named. */
export function arithmetic(
  onNumbers: (a: number, b: number) => number,
  onDims: (a: Dim, b: Dim) => Dim | undefined,
): Fold {
  return ([a, b], dtype) => {
    if (typeof a === "number" && typeof b === "number") return inRange(dtype, onNumbers(a, b), a, b);
    const whole = [a, b].every((operand) => typeof operand === "string" || Number.isSafeInteger(operand));
    return whole ? onDims(a!, b!) : undefined;
  };
}

/** Operands of an operator that takes any number of them, combined from the left. */
export function combined(operands: readonly Dim[], combine: (a: Dim, b: Dim) => Dim | undefined): Dim | undefined {
  const [first, ...rest] = operands;
  return rest.reduce<Dim | undefined>((sofar, next) => (sofar === undefined ? undefined : combine(sofar, next)), first);
}

/** A result as its element type holds it; undefined where integers are too large for exact arithmetic here. */
export function inRange(dtype: DType, result: number, ...operands: readonly number[]): number | undefined {
  if (dtype === "float32") return Math.fround(result);
  if (dtype === "float64" || dtype === "bool") return result;
  if (![result, ...operands].every(Number.isSafeInteger)) return undefined;
  if (dtype === "uint8") return Number(BigInt.asUintN(8, BigInt(result)));
  const bits = { int8: 8, int32: 32, int64: 64 }[dtype];
  return Number(BigInt.asIntN(bits, BigInt(result)));
}

/** Where an operand of this shape that is broadcast has its element for `at`. */
export function stretched(shape: readonly number[], at: readonly number[]): number[] {
  const lead = at.length - shape.length;
  return shape.map((size, axis) => (size === 1 ? 0 : at[axis + lead]!));
}

/** The element at a multi-index. */
export function elementAt({ shape, data }: Known, at: readonly number[]): Dim {
  return data[shape.reduce((sum, size, axis) => sum * size + at[axis]!, 0)]!;
}

/** The multi-index of the element that is number `flat` in row-major order. */
function indexOf(shape: readonly number[], flat: number): number[] {
  const at: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    at.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return at;
}
