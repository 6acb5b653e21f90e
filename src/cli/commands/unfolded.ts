import type { Dataset } from "../../data/dataset.js";
import type { Graph, Model, Weights } from "../../graph/graph.js";
import type { Recipe } from "../../train/recipe.js";
import { engineOptionsOf } from "../flags/options.js";
import { bar, Progress } from "../terminal/progress.js";

/** What `--unfold-bn` asks for. */
interface UnfoldFlags {
  readonly unfoldBn?: true;
  readonly threads?: number;
}

/** A network that may have got batch norms, and what it starts from. */
export interface ToTrain {
  readonly graph: Graph;
  /**
   * The weights it starts from. Batch norms are measured at the first call: a run that goes on has their values in its
   * checkpoint and does without.
   */
  readonly start: () => Promise<Weights>;
  readonly notices: readonly string[];
}

/**
 * The model with the batch norms that its file has folded away, where the flag asks for them; and a line that says so.
 * @throws UserError when there are none to put back.
 */
export async function unfolded(
  model: Model & { readonly notices: readonly string[] },
  flags: UnfoldFlags,
  dataset: Dataset,
  recipe: Recipe,
): Promise<ToTrain> {
  const { weights, notices } = model;
  if (flags.unfoldBn === undefined) return { graph: model.graph, start: async () => weights, notices };
  const { unfoldedGraph } = await import("../../train/unfold-on-data.js");
  const { graph, count } = unfoldedGraph(model.graph);
  const notice = `put batch norms behind ${count} convolutions, with statistics of training images`;
  let measured: Promise<Weights> | undefined;
  const start = () => {
    measured ??= measure(model, flags, dataset, recipe);
    return measured;
  };
  return { graph, start, notices: [...notices, notice] };
}

/** The weights with the batch norms' own, after a look at training images. */
async function measure(
  model: Model,
  flags: UnfoldFlags,
  dataset: Dataset,
  { augment, batch }: Recipe,
): Promise<Weights> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { unfoldOnData } = await import("../../train/unfold-on-data.js");
  const progress = new Progress();
  const runtime = nodeRuntime(engineOptionsOf(flags));
  try {
    const onProgress = (images: number, all: number) =>
      progress.update(`${bar(Math.min(1, images / all))} statistics of batch norms: ${images}/${all} images`);
    return (await unfoldOnData({ runtime, ...model, dataset, augment, batch, onProgress })).weights;
  } finally {
    progress.clear();
    await runtime.close();
  }
}
