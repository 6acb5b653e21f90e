/**
 * A signal that Ctrl-C, SIGTERM or a closed terminal aborts, so that work stops between steps and is saved.
 * A second Ctrl-C ends at once.
 * @param message what to tell the user when it happens.
 */
export function interruptSignal(message: string): AbortSignal {
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
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  return controller.signal;
}
