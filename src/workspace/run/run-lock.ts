import { join } from "node:path";
import { UserError } from "../../errors.js";
import { takeLock } from "../../files/node/file-lock.js";

/**
 * Keeps other processes of this machine out of a run's folder until this one ends.
 * @throws UserError while another process works there.
 */
export function lockRun(path: string): void {
  const file = join(path, "lock");
  let holder: number | undefined;
  try {
    ({ holder } = takeLock(file));
  } catch (error) {
    throw new UserError(`cannot write ${file} (${(error as Error).message}); make room, or the folder writable`);
  }
  if (holder === undefined) return;
  throw new UserError(`--resume: got ${path}, in which process ${holder} is at work; wait for it, or end it first`);
}
