/** A seeded generator of random numbers (mulberry32 by Tommy Ettinger): the same numbers on every machine. */
export class Random {
  #state;

  /** @param {number} seed an integer. */
  constructor(seed) {
    this.#state = seed;
  }

  /** A number from `low` (inclusive) to `high` (exclusive). */
  between(low, high) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return low + (((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * (high - low);
  }

  /** An integer from 0 to `n` − 1. */
  below(n) {
    return Math.floor(this.between(0, n));
  }

  pick(items) {
    return items[this.below(items.length)];
  }

  /** The items in random order (Fisher and Yates). */
  shuffle(items) {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
