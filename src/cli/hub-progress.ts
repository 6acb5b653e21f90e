import type { HubOptions } from "../weights/node/hub-revision.js";
import { interruptSignal } from "./interrupt.js";
import { bar, Progress } from "./progress.js";

/** Shows on the terminal how files of the hub come, and stops on Ctrl-C with what came kept. */
export class HubProgress {
  readonly #progress = new Progress();

  /** What to give to the functions that fetch. */
  options(): Pick<HubOptions, "signal" | "onNotice" | "onProgress"> {
    const started = performance.now();
    let first: number | undefined;
    return {
      signal: interruptSignal("stopping; what came is kept, the same command goes on from there"),
      onNotice: (text) => this.#progress.line(`senet: ${text}`),
      onProgress: (file, bytes, total) => {
        first ??= bytes;
        const speed = (bytes - first) / (performance.now() - started) / 1000;
        this.#progress.update(
          `${bar(bytes / total)} ${file}  ${megabytes(bytes)} of ${megabytes(total)} (${speed.toFixed(1)} MB/s)`,
        );
      },
    };
  }

  /** Removes the line, before anything else is printed. */
  clear(): void {
    this.#progress.clear();
  }
}

/** `112.6 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
