import type { Dataset } from "../../data/dataset.js";
import type { Notice } from "../../notice.js";

/**
 * Says which image files of a dataset could not be read so far and were left out, each once.
 * @example
 * ```ts
 * import { openDataset, skippedImages } from "senet/node";
 *
 * console.log(skippedImages(await openDataset("glyphs"))); // []
 * ```
 */
export function skippedImages({ train, test }: Pick<Dataset, "train" | "test">): Notice[] {
  return [train, test].flatMap(({ skipped = new Map<string, string>() }) =>
    [...skipped].map(([name, problem]): Notice => {
      const [reason = ""] = problem.trim().split("\n");
      return { kind: "skipped-image", name, reason };
    }),
  );
}
