import type { Dataset } from "../../data/dataset.js";
import type { Graph, Model, Weights } from "../../graph/graph.js";
import type { Notice } from "../../notice.js";
import type { Recipe } from "../../train/recipe.js";

/** How batch norms are put back. */
export interface UnfoldSettings {
  /** Threads of the engine that measures their statistics. */
  readonly threads: number;
  /** Called after every batch with the number of images seen, and of those to see. */
  readonly onProgress?: ((images: number, all: number) => void) | undefined;
}

/** A network that may have got batch norms, and what it starts from. */
export interface ToTrain {
  readonly graph: Graph;
  /**
   * The weights it starts from. Batch norms are measured at the first call: a run that goes on has their values in its
   * checkpoint and does without.
   */
  readonly start: () => Promise<Weights>;
  readonly notices: readonly Notice[];
}

/**
 * Puts the batch norms back that a model's file has folded away, and adds a notice that says so.
 * @throws UserError when there are none to put back.
 */
export async function unfoldBatchNorms(
  model: Model & { readonly notices: readonly Notice[] },
  dataset: Dataset,
  recipe: Recipe,
  settings: UnfoldSettings,
): Promise<ToTrain> {
  const { unfoldedGraph } = await import("../../train/unfold-on-data.js");
  const { graph, count } = unfoldedGraph(model.graph);
  const notice: Notice = { kind: "unfolded", convolutions: count };
  let measured: Promise<Weights> | undefined;
  const start = () => {
    measured ??= measure(model, dataset, recipe, settings);
    return measured;
  };
  return { graph, start, notices: [...model.notices, notice] };
}

/** The weights with the batch norms' own, after a look at training images. */
async function measure(
  model: Model,
  dataset: Dataset,
  { augment, batch }: Recipe,
  { threads, onProgress }: UnfoldSettings,
): Promise<Weights> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { unfoldOnData } = await import("../../train/unfold-on-data.js");
  const runtime = nodeRuntime({ threads });
  try {
    return (await unfoldOnData({ runtime, ...model, dataset, augment, batch, onProgress })).weights;
  } finally {
    await runtime.close();
  }
}
