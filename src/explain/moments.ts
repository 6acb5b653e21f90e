/**
 * Means and sums of squares of numbers by class and channel, kept without the numbers, and added to those of another
 * part of the images. Source: Welford 1962; Chan, Golub and LeVeque 1979.
 */
export class Moments {
  readonly channels: number;
  readonly classes: number;
  /** [classes] how many images. */
  readonly counts: Float64Array;
  /** [classes, channels]. */
  readonly means: Float64Array;
  /** [classes, channels] sums of squared distances from the mean. */
  readonly squares: Float64Array;

  constructor(channels: number, classes: number) {
    this.channels = channels;
    this.classes = classes;
    this.counts = new Float64Array(classes);
    this.means = new Float64Array(classes * channels);
    this.squares = new Float64Array(classes * channels);
  }

  /** Adds the numbers [channels] of an image. */
  add(values: ArrayLike<number>, label: number): void {
    this.counts[label]! += 1;
    const count = this.counts[label]!;
    const first = label * this.channels;
    for (let c = 0; c < this.channels; c++) {
      const off = values[c]! - this.means[first + c]!;
      this.means[first + c]! += off / count;
      this.squares[first + c]! += off * (values[c]! - this.means[first + c]!);
    }
  }

  /** Adds what another one of as many classes and channels has seen. */
  merge(other: Moments): void {
    for (let k = 0; k < this.classes; k++) {
      const more = other.counts[k]!;
      const count = this.counts[k]! + more;
      if (more === 0) continue;
      for (let i = k * this.channels; i < (k + 1) * this.channels; i++) {
        const off = other.means[i]! - this.means[i]!;
        this.means[i]! += (off * more) / count;
        this.squares[i]! += other.squares[i]! + (off * off * this.counts[k]! * more) / count;
      }
      this.counts[k] = count;
    }
  }

  /** The images of all classes as one class. */
  whole(): Moments {
    const all = new Moments(this.channels, 1);
    for (let k = 0; k < this.classes; k++) {
      const own = new Moments(this.channels, 1);
      own.counts[0] = this.counts[k]!;
      own.means.set(this.means.subarray(k * this.channels, (k + 1) * this.channels));
      own.squares.set(this.squares.subarray(k * this.channels, (k + 1) * this.channels));
      all.merge(own);
    }
    return all;
  }

  /** The mean of a channel in a class; NaN without images. */
  mean(label: number, channel: number): number {
    return this.counts[label] === 0 ? Number.NaN : this.means[label * this.channels + channel]!;
  }

  /** The standard deviation of a channel in a class, over the images themselves; NaN without images. */
  deviation(label: number, channel: number): number {
    return Math.sqrt(this.squares[label * this.channels + channel]! / this.counts[label]!);
  }
}
