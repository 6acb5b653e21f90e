/**
 * Does tasks side by side: every worker takes the next one of the list when it is done with the last. Where a task
 * fails, the others are stopped by the signal they were given and waited for.
 * @param signal stops all of them.
 * @throws what the first task that failed threw; the signal's reason when it is aborted.
 */
export async function sideBySide<Worker, Task>(
  workers: readonly Worker[],
  tasks: readonly Task[],
  signal: AbortSignal | undefined,
  work: (worker: Worker, task: Task, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const failures: unknown[] = [];
  const next = tasks.values();
  const workOff = async (worker: Worker) => {
    for (const task of next) {
      if (stop.aborted) return;
      try {
        await work(worker, task, stop);
      } catch (error) {
        failures.push(error);
        failed.abort(error);
      }
    }
  };
  await Promise.all(workers.map(workOff));
  if (failures.length > 0) throw failures[0];
  signal?.throwIfAborted();
}
