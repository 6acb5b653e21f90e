/** Where a {@link Random} stands: plain JSON, taken with `random.state` and given back to {@link Random.restore}. */
export type RandomState = readonly [number, number, number, number];

/**
 * A deterministic generator of random numbers (xoshiro128**, Blackman and Vigna 2018, https://prng.di.unimi.it).
 *
 * The same seed and stream give the same numbers on every machine. The keys after the seed name an independent stream,
 * so that what draws weights and what draws batches never share numbers. It is not fit for cryptography.
 *
 * @example
 * const weights = new Random(1, "weights");
 * const crop = new Random(1, "augment", epoch, index);
 * weights.normal(); // same value at every run
 */
export class Random {
  // The 128 bits of state: int32 words, at first those of the square roots of 2, 3, 5 and 7.
  #a = 0x6a09e667;
  #b = 0xbb67ae85 | 0;
  #c = 0x3c6ef372;
  #d = 0xa54ff53a | 0;

  /** `seed` is any finite number; `stream` names one of the independent streams of that seed. */
  constructor(seed: number, ...stream: (string | number)[]) {
    this.#absorbNumber(seed);
    for (const key of stream) {
      if (typeof key === "number") this.#absorbNumber(key);
      else this.#absorbString(key);
    }
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1; // xoshiro never leaves the all-zero state
  }

  /** A generator that goes on exactly where the one `state` was taken from stood. */
  static restore(state: RandomState): Random {
    const random = new Random(0);
    if (state.length !== 4 || !state.some((word) => (word | 0) !== 0)) {
      throw new RangeError(`Random.restore: got [${state}]; expected four integers that are not all 0`);
    }
    [random.#a, random.#b, random.#c, random.#d] = state;
    return random;
  }

  /** Where this generator stands, as plain JSON. */
  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /** An integer from 0 to 2³² − 1, each equally likely. */
  uint32(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** A number in [0, 1) with 53 random bits. */
  float(): number {
    const high = this.uint32() >>> 5; // 27 bits
    const low = this.uint32() >>> 6; // 26 bits
    return (high * 0x4000000 + low) / 2 ** 53;
  }

  /** An integer from 0 to `n` − 1, each exactly equally likely; `n` is an integer from 1 to 2³². */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`Random.below: got ${n}; expected an integer from 1 to 2^32`);
    }
    const unbiased = 2 ** 32 - (2 ** 32 % n); // values from here on would favour the small remainders
    let value = this.uint32();
    while (value >= unbiased) value = this.uint32();
    return value % n;
  }

  /** A number from the normal distribution of mean 0 and variance 1 (Box-Muller, without a cached second value). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.float())); // 1 − [0, 1) is never 0
    return radius * Math.cos(2 * Math.PI * this.float());
  }

  /** Reorders `items` in place, every order equally likely (Fisher-Yates), and returns it. */
  shuffle<T extends Shuffleable>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** The integers 0 to `n` − 1 in random order. */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }

  #absorbNumber(key: number): void {
    if (!Number.isFinite(key)) throw new RangeError(`Random: got key ${key}; expected a finite number`);
    bits.setFloat64(0, key + 0); // + 0 makes −0 the same key as 0
    this.#absorb(bits.getInt32(0));
    this.#absorb(bits.getInt32(4));
  }

  #absorbString(key: string): void {
    this.#absorb(0x7ff80000 + key.length); // no finite number starts with these bits, so 1 and "1" differ
    for (let i = 0; i < key.length; i++) this.#absorb(key.charCodeAt(i));
  }

  /** Hashes one more word of the seed into the state; for a given state, different words lead to different states. */
  #absorb(word: number): void {
    this.#a = mix(this.#a ^ word);
    this.#b = mix(this.#b + this.#a);
    this.#c = mix(this.#c + this.#b);
    this.#d = mix(this.#d + this.#c);
  }
}

/** A window on the bits of a key. */
const bits = new DataView(new ArrayBuffer(8));

/** What `shuffle` can reorder: an array or a typed array. */
interface Shuffleable {
  readonly length: number;
  [index: number]: unknown;
}

/** Spreads every bit of `x` over 32 bits (the finaliser of MurmurHash3); a bijection. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
