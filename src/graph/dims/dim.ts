import type { Dim } from "../graph.js";
import {
  bounded,
  cut,
  format,
  fraction,
  namesIn,
  number,
  over,
  type Polynomial,
  parse,
  plus,
  times,
} from "./polynomial.js";

// Exact arithmetic on extents. A named extent is a whole number of at least 1; what is computed from names has a name
// itself, the same for equal sums of products: `N*49`, `M*N`, `N*2 - 1`, `N/8` where 8 is known to divide N. What is
// none of these is written as a function, `trunc(N, 2)`, and evaluated once its names have sizes.

/** The functions that stay as they are while a name is among their arguments. */
const functions = { trunc: quotientOfDims, mod: remainderOfDims, min: minOfDims, max: maxOfDims } as const;

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  return typeof a === "number" && typeof b === "number" ? a + b : format(plus(parse(a), parse(b)));
}

/** a − b. */
export function subtractDims(a: Dim, b: Dim): Dim {
  return typeof a === "number" && typeof b === "number" ? a - b : format(plus(parse(a), times(parse(b), number(-1))));
}

/** a·b. */
export function multiplyDims(a: Dim, b: Dim): Dim {
  return typeof a === "number" && typeof b === "number" ? a * b : format(times(parse(a), parse(b)));
}

/** a / b where b is known to divide a, as -1 in a Reshape promises; undefined where it does not, or cannot be told. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  const quotient = over(parse(a), parse(b));
  const result = quotient && format(quotient);
  return typeof result === "string" || Number.isInteger(result) ? result : undefined;
}

/** a / b rounded towards zero, as ONNX divides integers. */
export function quotientOfDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b) + 0;
  if (b === 1) return a;
  const exact = divideDims(a, b);
  return exact !== undefined && isWhole(exact) ? exact : bounded(`trunc(${a}, ${b})`);
}

/** The extent rounded towards zero: what is left of `N/2` as a whole number is `trunc(N, 2)`. */
export function truncateDim(dim: Dim): Dim {
  if (typeof dim === "number") return Math.trunc(dim) + 0;
  const under = [...parse(dim).values()].reduce((all, [, own]) => fraction(all, own)[0] * own, 1); // the least common multiple
  return under === 1 ? dim : quotientOfDims(multiplyDims(dim, under), under);
}

/** What a leaves when b divides it, with the sign of b, as ONNX's Mod has it. */
export function remainderOfDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a - b * Math.floor(a / b);
  const exact = divideDims(a, b);
  return exact !== undefined && isWhole(exact) ? 0 : bounded(`mod(${a}, ${b})`);
}

/** The smaller of a and b. */
export function minOfDims(a: Dim, b: Dim): Dim {
  const { low, high } = rangeOf(subtractDims(a, b));
  return high <= 0 ? a : low >= 0 ? b : bounded(`min(${[a, b].map(String).sort().join(", ")})`);
}

/** The larger of a and b. */
export function maxOfDims(a: Dim, b: Dim): Dim {
  const { low, high } = rangeOf(subtractDims(a, b));
  return low >= 0 ? a : high <= 0 ? b : bounded(`max(${[a, b].map(String).sort().join(", ")})`);
}

/** The least and the largest that something can be. */
export interface DimRange {
  readonly low: number;
  readonly high: number;
}

/** What an extent can be while every name in it is at least 1. */
export function rangeOf(dim: Dim): DimRange {
  let [low, high] = [0, 0];
  for (const [names, [over, under]] of parse(dim)) {
    const factor = { low: over / under, high: over / under };
    const term = namesIn(names).map(rangeOfName).reduce(timesRange, factor);
    [low, high] = [low + term.low, high + term.high];
  }
  return { low, high };
}

function rangeOfName(name: string): DimRange {
  const called = calledIn(name);
  if (called === undefined) return { low: 1, high: Infinity };
  const [a, b] = called.operands.map((operand) => rangeOf(format(parse(operand)))) as [DimRange, DimRange];
  if (called.name === "min") return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
  if (called.name === "max") return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
  if (b.low < 1) return { low: -Infinity, high: Infinity };
  if (called.name === "mod") return { low: 0, high: b.high - 1 };
  const least = Math.trunc(a.low / (a.low < 0 ? b.low : b.high)) + 0;
  return { low: least, high: Math.trunc(a.high / (a.high < 0 ? b.high : b.low)) + 0 };
}

function timesRange(a: DimRange, b: DimRange): DimRange {
  const ends = [a.low, a.high].flatMap((p) => [b.low, b.high].map((q) => (p === 0 || q === 0 ? 0 : p * q)));
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** True where the value is a whole number whatever its names are: no division is left in it. */
export function isWhole(dim: Dim): boolean {
  return [...parse(dim).values()].every(([, under]) => under === 1);
}

/**
 * The extent with sizes in the place of names.
 * @throws RangeError when a division that has to be exact is not.
 */
export function bindDim(dim: Dim, sizes: Readonly<Record<string, number>>): Dim {
  if (typeof dim === "number") return dim;
  if (Object.hasOwn(sizes, dim)) return sizes[dim]!;
  let sum: Polynomial = new Map();
  for (const [names, coefficient] of parse(dim)) {
    const factors = namesIn(names).map((name) => parse(bindName(name, sizes)));
    sum = plus(sum, factors.reduce(times, new Map([["", coefficient]])));
  }
  const bound = format(sum);
  if (typeof bound === "number" && !Number.isInteger(bound)) {
    const given = Object.entries(sizes).map(([name, size]) => `${name} = ${size}`);
    throw new RangeError(`got ${given.join(", ")} where an extent is ${dim}; expected sizes that make it whole`);
  }
  return bound;
}

function bindName(name: string, sizes: Readonly<Record<string, number>>): Dim {
  if (Object.hasOwn(sizes, name)) return sizes[name]!;
  const called = calledIn(name);
  if (called === undefined) return name;
  const [a, b] = called.operands.map((operand) => bindDim(format(parse(operand)), sizes));
  return functions[called.name](a!, b!);
}

/** `trunc(N, 2)` taken apart; undefined for a plain name. */
function calledIn(name: string): { name: keyof typeof functions; operands: string[] } | undefined {
  const [, called, inner] = /^(\w+)\((.*)\)$/.exec(name) ?? [];
  if (called === undefined || inner === undefined || !Object.hasOwn(functions, called)) return undefined;
  const operands = cut(inner, ", ");
  return operands.length === 2 ? { name: called as keyof typeof functions, operands } : undefined;
}
