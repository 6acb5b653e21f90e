import type { Dataset } from "../data/dataset.js";
import type { Model } from "../graph/graph.js";
import type { Recipe } from "../train/recipe.js";
import { engineOptionsOf } from "./options.js";
import { bar, Progress } from "./progress.js";

/** What `--unfold-bn` asks for. */
interface UnfoldFlags {
  readonly unfoldBn?: true;
  readonly threads?: number;
}

/**
 * The model with the batch norms that its file has folded away, where the flag asks for them; and a line that says so.
 * @throws UserError when there are none to put back.
 */
export async function unfolded<T extends Model & { readonly notices: readonly string[] }>(
  model: T,
  flags: UnfoldFlags,
  dataset: Dataset,
  { augment, batch }: Recipe,
): Promise<T> {
  if (flags.unfoldBn === undefined) return model;
  const { nodeRuntime } = await import("../runtime/node/runtime.js");
  const { unfoldOnData } = await import("../train/unfold-on-data.js");
  const progress = new Progress();
  const runtime = nodeRuntime(engineOptionsOf(flags));
  try {
    const onProgress = (images: number, all: number) =>
      progress.update(`${bar(Math.min(1, images / all))} statistics of batch norms: ${images}/${all} images`);
    const { graph, weights, count } = await unfoldOnData(runtime, model, dataset, { augment, batch, onProgress });
    const notice = `put batch norms behind ${count} convolutions, with statistics of training images`;
    return { ...model, graph, weights, notices: [...model.notices, notice] };
  } finally {
    progress.clear();
    await runtime.close();
  }
}
