import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { int64 } from "../graph/tensor.js";

/**
 * The golden ratio as a 32-bit fraction: consecutive multiples of it are spread evenly.
 * Source: Knuth, TAOCP 3, §6.4.
 */
const golden = 0x9e3779b9;

/**
 * A generator of random numbers written in a graph's own operators, so that every engine draws the same ones. It is
 * counter-based: a number depends on the seed, the count of draws, the name of who draws and the position alone, by a
 * hash of 32 bits (Wellons, hash-prospector, 0x21f0aaad and 0x735a2d97) computed in int64 without overflow.
 */
export class RandomBits {
  readonly #g: GraphBuilder;
  #state: Value | undefined;

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  /** True once something was drawn. */
  get used(): boolean {
    return this.#state !== undefined;
  }

  /** Integers from 0 to 2³² − 1, int64 [count], of the stream `name`. */
  readonly draw = (name: string, count: number): Value => {
    const g = this.#g;
    const [seed, drawn] = [this.#entry(0), this.#entry(1)];
    // The keys one after the other, each through the hash, so that no sum of two of them equals another's.
    const step = this.#hash(this.#low(g.call("Add", [this.#hash(this.#low(seed)), drawn])));
    const first = this.#hash(g.call("BitwiseXor", [step, this.#int(fnv1a(name))]));
    const index = g.call("Range", [this.#int(0), this.#int(count), this.#int(1)]);
    const spread = g.call("Mul", [index, this.#int(golden)]); // count < 2³¹: below 2⁶³
    return this.#hash(this.#low(g.call("Add", [spread, first])), this.#hash(first));
  };

  /** The state of the next step: one more draw. */
  next(): Value {
    return this.#g.call("Add", [this.#input(), this.#g.constant(int64([2], [0, 1]))]);
  }

  #input(): Value {
    this.#state ??= this.#g.input("random", "int64", [2]);
    return this.#state;
  }

  #entry(i: number): Value {
    const g = this.#g;
    const part = g.call("Slice", [this.#input(), g.ints([i]), g.ints([i + 1]), g.ints([0])]);
    return g.call("Reshape", [part, g.ints([])]);
  }

  /**
   * A bijection of 32 bits under which every bit of the input changes every bit of the output about half of the time.
   * With `key` it is another one: streams that start at different places of one sequence then share nothing.
   */
  #hash(x: Value, key?: Value): Value {
    const g = this.#g;
    const xor = (a: Value, b: Value) => g.call("BitwiseXor", [a, b]);
    const fold = (v: Value, bits: number) => xor(v, g.call("Div", [v, this.#int(2 ** bits)]));
    const times = (v: Value, by: number) => this.#low(g.call("Mul", [v, this.#int(by)]));
    const half = times(fold(x, 16), 0x21f0aaad);
    return fold(times(fold(key ? xor(half, key) : half, 15), 0x735a2d97), 15);
  }

  #low(x: Value): Value {
    return this.#g.call("BitwiseAnd", [x, this.#int(0xffffffff)]);
  }

  #int(x: number): Value {
    return this.#g.constant(int64([], [x]));
  }
}

/** A 32-bit hash of a name. Source: Fowler, Noll and Vo, FNV-1a. */
function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
