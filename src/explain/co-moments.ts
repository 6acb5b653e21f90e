/** How two numbers of each channel vary together, kept without the numbers. Source: Chan, Golub and LeVeque 1979. */
export class CoMoments {
  readonly channels: number;
  #count = 0;
  /** [channels] each: means of both, sums of squares of both, sum of products, all about the means. */
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #xx: Float64Array;
  readonly #yy: Float64Array;
  readonly #xy: Float64Array;

  constructor(channels: number) {
    this.channels = channels;
    const made = () => new Float64Array(channels);
    [this.#x, this.#y, this.#xx, this.#yy, this.#xy] = [made(), made(), made(), made(), made()];
  }

  /** Adds both numbers [channels] of an image. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    this.#count++;
    for (let c = 0; c < this.channels; c++) {
      const [dx, dy] = [x[c]! - this.#x[c]!, y[c]! - this.#y[c]!];
      this.#x[c]! += dx / this.#count;
      this.#y[c]! += dy / this.#count;
      this.#xx[c]! += dx * (x[c]! - this.#x[c]!);
      this.#yy[c]! += dy * (y[c]! - this.#y[c]!);
      this.#xy[c]! += dx * (y[c]! - this.#y[c]!);
    }
  }

  merge(other: CoMoments): void {
    const count = this.#count + other.#count;
    if (other.#count === 0) return;
    const weight = (this.#count * other.#count) / count;
    for (let c = 0; c < this.channels; c++) {
      const [dx, dy] = [other.#x[c]! - this.#x[c]!, other.#y[c]! - this.#y[c]!];
      this.#x[c]! += (dx * other.#count) / count;
      this.#y[c]! += (dy * other.#count) / count;
      this.#xx[c]! += other.#xx[c]! + dx * dx * weight;
      this.#yy[c]! += other.#yy[c]! + dy * dy * weight;
      this.#xy[c]! += other.#xy[c]! + dx * dy * weight;
    }
    this.#count = count;
  }

  /** Pearson's correlation in a channel, −1 to 1; undefined where one of both does not vary beyond float32's rounding. */
  correlation(channel: number): number | undefined {
    const still = (squares: number, mean: number) =>
      Math.sqrt(squares / this.#count) <= 1e-6 * Math.max(1e-6, Math.abs(mean));
    const [xx, yy] = [this.#xx[channel]!, this.#yy[channel]!];
    if (this.#count < 3 || still(xx, this.#x[channel]!) || still(yy, this.#y[channel]!)) return undefined;
    return Math.min(1, Math.max(-1, this.#xy[channel]! / Math.sqrt(xx * yy)));
  }
}
