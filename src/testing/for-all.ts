import fc, { type Arbitrary } from "fast-check";

/** Runs `check` on `runs` random cases, the same ones every time; a failing case is shrunk and printed. */
export function forAll<T>(cases: Arbitrary<T>, check: (given: T) => Promise<void>, runs = 20): Promise<void> {
  return fc.assert(fc.asyncProperty(cases, check), { seed: 2018, numRuns: runs });
}

/** A seed for tensors, so that every case has its own numbers. */
export const seeds: Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 20 });

/** An extent from 1 to `max`. */
export function extents(max: number): Arbitrary<number> {
  return fc.integer({ min: 1, max });
}

/** A shape of `min` to `max` axes with extents 1 to 4. */
export function shapes(min = 1, max = 4): Arbitrary<number[]> {
  return fc.array(extents(4), { minLength: min, maxLength: max });
}

/** Two shapes that broadcast: of either, axes are dropped from the front or set to 1. */
export function broadcastPairs(): Arbitrary<[number[], number[]]> {
  return shapes(0, 5).chain((shape) => fc.tuple(partOf(shape), partOf(shape)));
}

/** A shape that broadcasts to `shape`: axes are dropped from its front or set to 1. */
export function partOf(shape: readonly number[]): Arbitrary<number[]> {
  return fc
    .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }))
    .map(([drop, ones]) => shape.map((dim, i) => (ones[i] ? 1 : dim)).slice(drop));
}

/** One to four shapes that broadcast together. */
export function broadcastLists(): Arbitrary<number[][]> {
  return shapes(0, 4).chain((shape) => fc.array(partOf(shape), { minLength: 1, maxLength: 4 }));
}
