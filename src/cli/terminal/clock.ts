import { formatDuration } from "../../report/format.js";
import type { Work } from "../../train/work.js";

/** A step costs about as much as three looks: forward, and twice that backward. */
const looksOfAStep = 3;

/**
 * How far a run is and the time that is left, from the images that went through networks: tests and measurements take
 * their time too.
 */
export class Clock {
  readonly #total: Work;
  readonly #now: () => number;
  readonly #done: { -readonly [K in keyof Work]: number };
  readonly #timed = { trained: 0, tested: 0 };
  readonly #seconds = { trained: 0, tested: 0 };
  #last: number | undefined;

  /** @param before what was done earlier. @param now the time in milliseconds. */
  constructor(total: Work, before: Work = { trained: 0, tested: 0 }, now = () => performance.now()) {
    this.#total = total;
    this.#done = { ...before };
    this.#now = now;
  }

  /** What is done next is counted and not timed: something is compiled before. */
  pause(): void {
    this.#last = undefined;
  }

  did(kind: keyof Work, images: number): void {
    const now = this.#now();
    if (this.#last !== undefined) {
      this.#seconds[kind] += (now - this.#last) / 1000;
      this.#timed[kind] += images;
    }
    this.#last = now;
    this.#done[kind] += images;
  }

  /** Passes over what need not be done any more. */
  reach({ trained, tested }: Work): void {
    this.#done.trained = Math.max(this.#done.trained, trained);
    this.#done.tested = Math.max(this.#done.tested, tested);
  }

  /** The share of the work that is done, 0 to 1. */
  get share(): number {
    const cost = ({ trained, tested }: Work) => looksOfAStep * trained + tested;
    return cost(this.#done) / cost(this.#total);
  }

  /** `1:05`, or `-:--` while nothing was timed. */
  get left(): string {
    const rate = (kind: keyof Work) => (this.#timed[kind] > 0 ? this.#seconds[kind] / this.#timed[kind] : undefined);
    const [trained, tested] = [rate("trained"), rate("tested")];
    const look = tested ?? (trained === undefined ? undefined : trained / looksOfAStep);
    if (look === undefined) return "-:--";
    const left = (kind: keyof Work) => Math.max(0, this.#total[kind] - this.#done[kind]);
    return formatDuration(left("trained") * (trained ?? looksOfAStep * look) + left("tested") * look);
  }
}
