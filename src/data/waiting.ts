/** Items handed on, and how long their consumer waited for them. */
export interface Waiting<T> {
  readonly items: AsyncGenerator<T, void, undefined>;
  /** Seconds waited so far. */
  readonly seconds: number;
}

/**
 * Hands on the items of `source` and adds up the time between a request and its answer: what a training run waits for
 * its data, as against what it computes. `now` tells the time in milliseconds.
 *
 * @example
 * const waiting = measureWait(split.batches(options));
 * for await (const batch of waiting.items) await step(batch);
 * console.log(waiting.seconds);
 */
export function measureWait<T>(
  source: AsyncGenerator<T, void, undefined>,
  now: () => number = () => performance.now(),
): Waiting<T> {
  let milliseconds = 0;
  async function* handOn(): AsyncGenerator<T, void, undefined> {
    try {
      while (true) {
        const asked = now();
        const { done, value } = await source.next();
        milliseconds += now() - asked;
        if (done) return;
        yield value;
      }
    } finally {
      await source.return();
    }
  }
  return {
    items: handOn(),
    get seconds() {
      return milliseconds / 1000;
    },
  };
}
