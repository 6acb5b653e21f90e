/** An attempt that failed in a way that another may not. */
export class Interrupted extends Error {
  constructor(
    message: string,
    /** Seconds that the server asks to wait. */
    readonly wait?: number,
  ) {
    super(message);
  }
}

/** How work that is interrupted is done again. */
export interface RetryOptions {
  /** Attempts in a row that bring nothing new. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; they double with each further one. */
  readonly pause: number;
  readonly signal?: AbortSignal | undefined;
  /** Called before a new attempt, with what interrupted the last one and the seconds until the next one. */
  readonly onRetry?: ((reason: string, seconds: number) => void) | undefined;
  /** Whether the last attempt has brought something new, which makes the next one the first again. */
  readonly gained?: () => Promise<boolean>;
  /** The error that ends it. @param reason in words, with how long the server asks to wait. */
  readonly giveUp: (reason: string, attempts: number) => Error;
}

/** The longest pause that a server may ask for, in seconds: the hub counts requests in windows of five minutes. */
const LONGEST_PAUSE = 600;

/**
 * Does work again until it is not interrupted.
 * @throws what `giveUp` makes of too many failures; other errors of the work, and the signal's reason, as they come.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, pause, signal, onRetry, gained, giveUp } = options;
  for (let failures = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      failures = (await gained?.()) ? 1 : failures + 1;
      const { message, wait = 0 } = error;
      if (failures >= attempts || wait > LONGEST_PAUSE) {
        throw giveUp(wait > 0 ? `${message}, which asks to wait ${Math.ceil(wait)} s` : message, failures);
      }
      const milliseconds = Math.max(pause * 2 ** (failures - 1), wait * 1000);
      onRetry?.(message, Math.round(milliseconds / 100) / 10);
      await sleep(milliseconds, signal);
    }
  }
}

/** Resolves after a time. @throws the signal's reason as soon as it aborts. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
