/** The losses of a training as a line of blocks, `█▆▄▃▂▁`: the highest of them full, the lowest an eighth. */
export class LossCurve {
  /** Means of equally many losses each, but for the last. */
  readonly #means: number[] = [];
  #perMean = 1;
  #last = { sum: 0, count: 0 };

  add(loss: number): void {
    const { sum, count } = this.#last;
    this.#last = { sum: sum + loss, count: count + 1 };
    if (this.#last.count < this.#perMean) return;
    this.#means.push(this.#last.sum / this.#last.count);
    this.#last = { sum: 0, count: 0 };
    if (this.#means.length === KEPT) this.#halve();
  }

  /** So many letters at most: every one stands for an equal part of the training so far. */
  text(width: number): string {
    return sparkline(evened(this.#means, width));
  }

  /** A long training keeps no more numbers than a short one. */
  #halve(): void {
    this.#means.splice(0, KEPT, ...evened(this.#means, KEPT / 2));
    this.#perMean *= 2;
  }
}

const KEPT = 256;

/** The means of `width` equal parts of a list; the list itself where it is shorter. */
function evened(values: readonly number[], width: number): number[] {
  const parts = Math.min(width, values.length);
  return Array.from({ length: parts }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / parts), Math.floor(((i + 1) * values.length) / parts));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** Numbers as blocks of an eighth to a whole letter. */
function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => BLOCKS[high > low ? Math.round((7 * (value - low)) / (high - low)) : 0]).join("");
}

const BLOCKS = "▁▂▃▄▅▆▇█";
