/** Bins of each channel: 0 to 1 in steps of 0.005, so that any gate of a sigmoid is known that well. */
const bins = 200;

/**
 * Counts numbers of several channels in bins, to give their quantiles without keeping them. It covers 0 to 1, and where
 * a number lies beyond that −1 to 1, −2 to 2 and so on: bins are joined by twos, so that what is counted depends on the
 * numbers and neither on their order nor on how they were divided.
 */
export class Histogram {
  readonly channels: number;
  /** 0 covers 0 to 1; k covers ±2^(k − 1). */
  #level = 0;
  #counts: Uint32Array<ArrayBuffer>;
  readonly #totals: Uint32Array<ArrayBuffer>;
  readonly #least: Float64Array;
  readonly #most: Float64Array;

  constructor(channels: number) {
    this.channels = channels;
    this.#counts = new Uint32Array(channels * bins);
    this.#totals = new Uint32Array(channels);
    this.#least = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#most = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
  }

  /** @param value a finite number. */
  add(channel: number, value: number): void {
    while (value < this.#low || value > this.#low + this.#range) this.#widen();
    const bin = Math.min(bins - 1, Math.floor(((value - this.#low) / this.#range) * bins));
    this.#counts[channel * bins + bin]! += 1;
    this.#totals[channel]! += 1;
    if (value < this.#least[channel]!) this.#least[channel] = value;
    if (value > this.#most[channel]!) this.#most[channel] = value;
  }

  /** Adds what another one of as many channels has counted, which may be widened for it. */
  merge(other: Histogram): void {
    while (this.#level < other.#level) this.#widen();
    while (other.#level < this.#level) other.#widen();
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i]! += other.#counts[i]!;
    for (let c = 0; c < this.channels; c++) {
      this.#totals[c]! += other.#totals[c]!;
      this.#least[c] = Math.min(this.#least[c]!, other.#least[c]!);
      this.#most[c] = Math.max(this.#most[c]!, other.#most[c]!);
    }
  }

  /** The number below which a share `q` of a channel's numbers lies, within a bin; NaN where there are none. */
  quantile(channel: number, q: number): number {
    const total = this.#totals[channel]!;
    if (total === 0) return Number.NaN;
    const wanted = q * total;
    let below = 0;
    let bin = 0;
    for (let next = this.#counts[channel * bins]!; below + next < wanted && bin < bins - 1; ) {
      below += next;
      bin++;
      next = this.#counts[channel * bins + bin]!;
    }
    const within = (wanted - below) / Math.max(1, this.#counts[channel * bins + bin]!);
    const value = this.#low + ((bin + within) / bins) * this.#range;
    return Math.min(this.#most[channel]!, Math.max(this.#least[channel]!, value));
  }

  get #low(): number {
    return this.#level === 0 ? 0 : -(2 ** (this.#level - 1));
  }

  get #range(): number {
    return this.#level === 0 ? 1 : 2 ** this.#level;
  }

  #widen(): void {
    const first = this.#level === 0 ? bins / 2 : bins / 4;
    const counts = new Uint32Array(this.#counts.length);
    for (let c = 0; c < this.channels; c++) {
      for (let i = 0; i < bins; i++) counts[c * bins + first + (i >> 1)]! += this.#counts[c * bins + i]!;
    }
    this.#counts = counts;
    this.#level++;
  }
}
