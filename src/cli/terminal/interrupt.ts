/**
 * Does work with a signal that Ctrl-C, SIGTERM or a closed terminal aborts, so that it stops between steps and is
 * saved. A second Ctrl-C ends at once.
 * @param message what to tell the user when it happens.
 * @throws what the work throws.
 */
export async function interruptible<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = listen(message);
  try {
    return await work(signal);
  } finally {
    release();
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function listen(message: string): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      // Not process.exit: it ends the engine's thread, which cannot be ended in the middle of a step.
      process.off(signal, stop);
      process.kill(process.pid, signal);
      return;
    }
    process.stderr.write(`\n${message}\n`);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  const release = () => {
    for (const signal of signals) process.off(signal, stop);
  };
  return { signal: controller.signal, release };
}
