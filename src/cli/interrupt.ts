/**
 * A signal that Ctrl-C (or SIGTERM) aborts, so that work stops between steps with its files whole. A second Ctrl-C ends at once.
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
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
