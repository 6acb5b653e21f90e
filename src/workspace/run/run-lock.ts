import { join } from "node:path";
import { optionError, UserError } from "../../errors.js";
import { takeLock } from "../../files/node/file-lock.js";

/** The file that says which process works in a run's folder. */
export const LOCK = "lock";

/**
 * Keeps other processes of this machine out of a run's folder.
 * @returns what lets them in again; the end of the process does so too.
 * @throws UserError while another process works there.
 */
export function lockRun(path: string): () => void {
  const file = join(path, LOCK);
  let lock: ReturnType<typeof takeLock>;
  try {
    lock = takeLock(file);
  } catch (error) {
    throw new UserError(`cannot write ${file} (${(error as Error).message}); make room, or the folder writable`);
  }
  if (lock.holder === undefined) return () => lock.release();
  throw optionError("resume", `got ${path}, in which process ${lock.holder} is at work; wait for it, or end it first`);
}
