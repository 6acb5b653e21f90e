import type { UnfoldSettings } from "../../workspace/run/unfold-batch-norms.js";
import { bar, type Progress } from "./progress.js";

/** How batch norms are put back, with its progress on the terminal. */
export function shownUnfolding({ threads }: { readonly threads: number }, progress: Progress): UnfoldSettings {
  return {
    threads,
    onProgress: (images, all) =>
      progress.update(`${bar(Math.min(1, images / all))} statistics of batch norms: ${images}/${all} images`),
  };
}
