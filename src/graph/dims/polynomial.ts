import type { Dim } from "../graph.js";

/**
 * A sum of products of names: to each product, its names sorted and joined by `*` (none for a number), its coefficient.
 * As a text it is the name of an extent: `N*49`, `M*N`, `N*2 - 1`, `N/8`. Equal sums have one text.
 */
export type Polynomial = ReadonlyMap<string, Fraction>;

/** A whole number over a positive one, in lowest terms. */
type Fraction = readonly [over: number, under: number];

/** The sum that a number or a name stands for. A text that is no sum of products is one name. */
export function parse(dim: Dim): Polynomial {
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

/** No network computes an extent of more; a hostile file could let its name grow without end. */
const largest = { terms: 64, characters: 4096 } as const;

function tooLarge(): RangeError {
  return new RangeError(
    `got an extent that is a sum of more than ${largest.terms} products or has a name of more than ${largest.characters} characters; give the extents of the inputs sizes`,
  );
}

/** A name that extents may have. @throws RangeError when it is too long. */
export function bounded(name: string): string {
  if (name.length > largest.characters) throw tooLarge();
  return name;
}

/** The sum as an extent: a number where no name is in it. @throws RangeError when it is too large to be one. */
export function format(sum: Polynomial): Dim {
  const terms = [...sum].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1)); // the number comes last
  if (terms.every(([names]) => names === "")) return terms.length === 0 ? 0 : terms[0]![1][0] / terms[0]![1][1];
  const positive = terms.filter(([, [over]]) => over > 0).map(formatTerm);
  const negative = terms
    .filter(([, [over]]) => over < 0)
    .map(([names, [over, under]]) => formatTerm([names, [-over, under]]));
  if (terms.length > largest.terms) throw tooLarge();
  return bounded([positive.join(" + ") || "0", ...negative].join(" - "));
}

function formatTerm([names, [over, under]]: readonly [string, Fraction]): string {
  const product = [...(names === "" ? [] : [names]), ...(over === 1 && names !== "" ? [] : [over])].join("*");
  return under === 1 ? product : `${product}/${under}`;
}

/** A number as a sum. */
export function number(value: number): Polynomial {
  return value === 0 ? new Map() : new Map([["", [value, 1]]]);
}

/** a + b. */
export function plus(a: Polynomial, b: Polynomial): Polynomial {
  const sum = new Map(a);
  for (const [names, [over, under]] of b) {
    const [o, u] = sum.get(names) ?? [0, 1];
    const total = fraction(o * under + over * u, u * under);
    if (total[0] === 0) sum.delete(names);
    else sum.set(names, total);
  }
  return sum;
}

/** a·b. @throws RangeError when it has too many terms. */
export function times(a: Polynomial, b: Polynomial): Polynomial {
  if (a.size * b.size > 16 * largest.terms) throw tooLarge();
  let product: Polynomial = new Map();
  for (const [p, [o, u]] of a) {
    for (const [q, [over, under]] of b) {
      const names = [p, q].flatMap(namesIn).sort();
      product = plus(product, new Map([[names.join("*"), fraction(o * over, u * under)]]));
    }
  }
  return product;
}

/** a / b where b divides a; undefined elsewhere. Long division, term by leading term. */
export function over(a: Polynomial, b: Polynomial): Polynomial | undefined {
  if (b.size === 0) return undefined;
  let [rest, quotient]: Polynomial[] = [a, number(0)] as const;
  while (rest.size > 0) {
    const first = leading(rest);
    const factor = quotientOfTerms(first, leading(b));
    if (factor === undefined) return undefined;
    quotient = plus(quotient, factor);
    rest = plus(rest, times(times(factor, b), number(-1)));
    if (rest.has(first[0])) return undefined; // too large to be exact
  }
  return quotient;
}

/** The term of the highest degree; of those, the one whose names come first. */
function leading(sum: Polynomial): [string, Fraction] {
  const key = (names: string) => cut(names, "*").join("\0");
  return [...sum].reduce((best, term) => {
    const more = namesIn(term[0]).length - namesIn(best[0]).length;
    return more > 0 || (more === 0 && key(term[0]) < key(best[0])) ? term : best;
  });
}

function quotientOfTerms(
  [p, [o, u]]: [string, Fraction],
  [q, [over, under]]: [string, Fraction],
): Polynomial | undefined {
  const names = namesIn(p);
  for (const name of namesIn(q)) {
    const at = names.indexOf(name);
    if (at < 0) return undefined;
    names.splice(at, 1);
  }
  return new Map([[names.join("*"), fraction(o * under, u * over)]]);
}

/** In lowest terms, the sign above. */
export function fraction(over: number, under: number): Fraction {
  let [a, b] = [Math.abs(over), Math.abs(under)];
  while (b > 0) [a, b] = [b, a % b];
  const divisor = under < 0 ? -a : a;
  return [over / divisor, under / divisor];
}

/** The names of a product. */
export function namesIn(product: string): string[] {
  return product === "" ? [] : cut(product, "*");
}

/** Cuts a text at every separator that lies outside parentheses. */
export function cut(text: string, separator: string): string[] {
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
