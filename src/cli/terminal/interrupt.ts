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

/** What stops a command, with its number. Source: signal(7). */
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

let stoppedBy: keyof typeof signals = "SIGINT";

/** The exit code of a command that a signal has stopped, as shells have it: 130 for Ctrl-C, 143 for SIGTERM. */
export function stoppedCode(): number {
  return 128 + signals[stoppedBy];
}

function listen(message: string): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (signal: keyof typeof signals) => {
    if (controller.signal.aborted) {
      // Not process.exit: it ends the engine's thread, which cannot be ended in the middle of a step.
      process.off(signal, stop);
      process.kill(process.pid, signal);
      return;
    }
    process.stderr.write(`\n${message}\n`);
    stoppedBy = signal;
    controller.abort();
  };
  for (const signal of names) process.on(signal, stop);
  const release = () => {
    for (const signal of names) process.off(signal, stop);
  };
  return { signal: controller.signal, release };
}
