import type { Dim } from "./graph.js";

/**
 * Exact arithmetic on extents. A named extent is a whole number of at least 1; what is computed from names has a name
 * itself, the same for equal sums of products: `N*49`, `M*N`, `N*2 - 1`, `N/8` where 8 is known to divide N. What is
 * none of these is written as a function, `trunc(N, 2)`, and evaluated once its names have sizes.
 */
type Polynomial = ReadonlyMap<string, Fraction>;

/** A whole number over a positive one, in lowest terms. */
type Fraction = readonly [over: number, under: number];

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
  if (a === b && b !== 0) return 1;
  const [over, under] = [parse(a), parse(b)];
  const [first] = under;
  if (first === undefined) return undefined;
  if (over.size === 0) return 0;
  for (const term of over) {
    const factor = quotientOfTerms(term, first);
    if (factor === undefined || !same(times(factor, under), over)) continue;
    const quotient = format(factor);
    return typeof quotient === "string" || Number.isInteger(quotient) ? quotient : undefined;
  }
  return undefined;
}

/** a / b rounded towards zero, as ONNX divides integers. */
export function quotientOfDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.trunc(a / b) + 0;
  if (b === 1) return a;
  const exact = divideDims(a, b);
  return exact !== undefined && isWhole(exact) ? exact : `trunc(${a}, ${b})`;
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
  return exact !== undefined && isWhole(exact) ? 0 : `mod(${a}, ${b})`;
}

/** The smaller of a and b. */
export function minOfDims(a: Dim, b: Dim): Dim {
  const { low, high } = rangeOf(subtractDims(a, b));
  return high <= 0 ? a : low >= 0 ? b : `min(${[a, b].map(String).sort().join(", ")})`;
}

/** The larger of a and b. */
export function maxOfDims(a: Dim, b: Dim): Dim {
  const { low, high } = rangeOf(subtractDims(a, b));
  return low >= 0 ? a : high <= 0 ? b : `max(${[a, b].map(String).sort().join(", ")})`;
}

/** What a sum of products can be while every name in it is at least 1. */
export function rangeOf(dim: Dim): { low: number; high: number } {
  let [low, high] = [0, 0];
  for (const [names, [over, under]] of parse(dim)) {
    const least = over / under; // every name at 1
    if (names === "") [low, high] = [low + least, high + least];
    else if (cut(names, "*").some((name) => calledIn(name))) [low, high] = [-Infinity, Infinity];
    else [low, high] = least > 0 ? [low + least, Infinity] : [-Infinity, high + least];
  }
  return { low, high };
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
    const factors = names === "" ? [] : cut(names, "*").map((name) => parse(bindName(name, sizes)));
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

function parse(dim: Dim): Polynomial {
  if (typeof dim === "number") return number(dim);
  const signed = cut(dim, " + ").flatMap((part) =>
    cut(part, " - ").map((term, i) => [term, i === 0 ? 1 : -1] as const),
  );
  return signed.map(([term, sign]) => times(parseTerm(term), number(sign))).reduce(plus, new Map());
}

function parseTerm(term: string): Polynomial {
  const [product, ...divisors] = cut(term, "/");
  if (divisors.some((divisor) => !/^[1-9]\d*$/.test(divisor))) return new Map([[term, [1, 1]]]);
  const under: Polynomial = new Map([["", [1, divisors.reduce((all, divisor) => all * Number(divisor), 1)]]]);
  const factor = (text: string): Polynomial =>
    /^-?\d+$/.test(text) ? number(Number(text)) : new Map([[text, [1, 1]]]);
  return cut(product!, "*").map(factor).reduce(times, under);
}

function format(sum: Polynomial): Dim {
  const terms = [...sum].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1)); // the number comes last
  if (terms.every(([names]) => names === "")) return terms.length === 0 ? 0 : terms[0]![1][0] / terms[0]![1][1];
  const positive = terms.filter(([, [over]]) => over > 0).map(formatTerm);
  const negative = terms
    .filter(([, [over]]) => over < 0)
    .map(([names, [over, under]]) => formatTerm([names, [-over, under]]));
  return [positive.join(" + ") || "0", ...negative].join(" - ");
}

function formatTerm([names, [over, under]]: readonly [string, Fraction]): string {
  const product = [...(names === "" ? [] : [names]), ...(over === 1 && names !== "" ? [] : [over])].join("*");
  return under === 1 ? product : `${product}/${under}`;
}

function number(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([["", [value, 1]]]);
}

function plus(a: Polynomial, b: Polynomial): Polynomial {
  const sum = new Map(a);
  for (const [names, [over, under]] of b) {
    const [o, u] = sum.get(names) ?? [0, 1];
    const total = fraction(o * under + over * u, u * under);
    if (total[0] === 0) sum.delete(names);
    else sum.set(names, total);
  }
  return sum;
}

function times(a: Polynomial, b: Polynomial): Polynomial {
  let product: Polynomial = new Map();
  for (const [p, [o, u]] of a) {
    for (const [q, [over, under]] of b) {
      const names = [p, q].flatMap((part) => (part === "" ? [] : cut(part, "*"))).sort();
      product = plus(product, new Map([[names.join("*"), fraction(o * over, u * under)]]));
    }
  }
  return product;
}

function quotientOfTerms(
  [p, [o, u]]: [string, Fraction],
  [q, [over, under]]: [string, Fraction],
): Polynomial | undefined {
  const names = p === "" ? [] : cut(p, "*");
  for (const name of q === "" ? [] : cut(q, "*")) {
    const at = names.indexOf(name);
    if (at < 0) return undefined;
    names.splice(at, 1);
  }
  return new Map([[names.join("*"), fraction(o * under, u * over)]]);
}

function same(a: Polynomial, b: Polynomial): boolean {
  return plus(a, times(b, number(-1))).size === 0;
}

function fraction(over: number, under: number): Fraction {
  let [a, b] = [Math.abs(over), Math.abs(under)];
  while (b > 0) [a, b] = [b, a % b];
  const divisor = under < 0 ? -a : a;
  return [over / divisor, under / divisor];
}

/** Cuts a text at every separator that lies outside parentheses. */
function cut(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth !== 0 || !text.startsWith(separator, i)) continue;
    parts.push(text.slice(start, i));
    start = i + separator.length;
    i = start - 1;
  }
  return [...parts, text.slice(start)];
}
