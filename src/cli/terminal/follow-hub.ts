import type { OnNotice } from "../../notice.js";
import type { ModelQuery, Opening } from "../../workspace/model/model-query.js";
import { needsHub } from "../../workspace/model/model-source.js";
import { interruptible } from "./interrupt.js";
import { tell } from "./notice-text.js";
import { bar, Progress } from "./progress.js";

/** What is opened, and who hears of it. */
export interface Opened {
  readonly models: readonly Pick<ModelQuery, "model" | "weights">[];
  /** As {@link Opening.hub}. */
  readonly hub: Opening["hub"];
  /** What to do with notices; they go to standard error by default. */
  readonly tell?: OnNotice | undefined;
}

/**
 * Opens models. Where something of them comes from the hub, the terminal shows how files come, and Ctrl-C stops it with
 * what came kept.
 */
export async function opening<T>(
  { models, hub, tell: onNotice = tell }: Opened,
  work: (opening: Opening) => Promise<T>,
): Promise<T> {
  if (!models.some(needsHub)) return work({ hub, onNotice });
  return followHub((following) => work({ ...following, hub }), onNotice);
}

/** Shows on the terminal how files of the hub come while `work` fetches them; Ctrl-C stops it with what came kept. */
export async function followHub<T>(
  work: (following: Omit<Opening, "hub">) => Promise<T>,
  told: OnNotice = tell,
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
  const onNotice: OnNotice = (notice) => {
    progress.clear();
    told(notice);
  };
  const kept = "stopping; what came is kept, the same command goes on from there";
  try {
    return await interruptible(kept, async (signal) => {
      const opened = await work({ signal, onNotice, onProgress });
      signal.throwIfAborted(); // what was opened meanwhile is not wanted any more
      return opened;
    });
  } finally {
    progress.clear();
  }
}

/** `112.6 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
