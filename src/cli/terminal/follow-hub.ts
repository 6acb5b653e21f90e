import type { HubOptions } from "../../weights/hub/node/hub-options.js";
import { interruptible } from "./interrupt.js";
import { bar, Progress } from "./progress.js";

/** What the functions that fetch from the hub are given so that they show how files come. */
export type FollowOptions = Pick<HubOptions, "signal" | "onNotice" | "onProgress">;

/**
 * Shows on the terminal how files of the hub come while `work` fetches them; Ctrl-C stops it with what came kept.
 * @param tell what to do with notices, lines of text; they go to standard error by default.
 */
export async function followHub<T>(
  work: (options: FollowOptions) => Promise<T>,
  tell: (text: string) => void = (text) => process.stderr.write(`senet: ${text}\n`),
): Promise<T> {
  const progress = new Progress();
  const now = () => performance.now();
  let file = { name: "", since: 0, bytes: 0 };
  const onProgress = (name: string, bytes: number, total: number) => {
    if (file.name !== name) file = { name, bytes, since: now() };
    const speed = (bytes - file.bytes) / (now() - file.since) / 1000;
    const rate = Number.isFinite(speed) && speed > 0 ? `, ${speed.toFixed(1)} MB/s` : "";
    progress.update(`${bar(bytes / total)} ${name}  ${megabytes(bytes)} of ${megabytes(total)}${rate}`);
  };
  const onNotice = (text: string) => {
    progress.clear();
    tell(text);
  };
  const kept = "stopping; what came is kept, the same command goes on from there";
  try {
    return await interruptible(kept, (signal) => work({ signal, onNotice, onProgress }));
  } finally {
    progress.clear();
  }
}

/** `112.6 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
