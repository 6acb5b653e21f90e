/**
 * Hands out the items of `source` in order, preparing up to `depth` of them ahead.
 * An item that is ready is handed out at once. The next ones are prepared one per turn of the event loop, so the
 * consumer's own work, such as a training step in a worker, has started before this thread is busy again.
 * @throws what `source` throws, when the item concerned is asked for.
 */
export async function* prefetch<T>(source: Iterable<T>, depth = 2): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.iterator]();
  const ready: (() => IteratorResult<T>)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  /** Takes the next item, or keeps the error for whoever asks for it. */
  const prepare = (): (() => IteratorResult<T>) => {
    try {
      const item = iterator.next();
      ended = item.done === true;
      return () => item;
    } catch (error) {
      ended = true;
      return () => {
        throw error;
      };
    }
  };
  const schedule = (): void => {
    if (timer !== undefined || ended || ready.length >= depth) return;
    timer = setTimeout(() => {
      timer = undefined;
      ready.push(prepare());
      schedule();
    }, 0);
  };

  try {
    while (true) {
      const item = (ready.shift() ?? prepare())();
      if (item.done) return;
      schedule();
      yield item.value;
    }
  } finally {
    clearTimeout(timer);
    iterator.return?.();
  }
}
