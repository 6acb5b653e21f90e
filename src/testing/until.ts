import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until something is so, however long a slow or busy machine takes. A test that waits in vain ends as one that
 * hangs.
 */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}
