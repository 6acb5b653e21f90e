import type { Dataset } from "../../data/dataset.js";
import { partOf } from "../../data/split.js";
import type { PairedDifference } from "../../evaluate/paired-difference.js";
import type { PrunedGroup, PruneRule } from "../../explain/prune-channels.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { OpenedToExplain } from "../explanation/explain-model.js";

/** How a model is made smaller, and what is measured on the way. */
export interface PruneModelOptions {
  /** The share of channels that stays, above 0 and up to 1. */
  readonly keep: number;
  /** How channels are ranked (by gates by default). */
  readonly by?: PruneRule | undefined;
  /** Epochs of fine-tuning (none by default). */
  readonly epochs?: number | undefined;
  /** Shares of channels that the curve shows beside `keep` (0.875, 0.75, 0.625 and 0.5 by default). */
  readonly curve?: readonly number[] | undefined;
  /** Images that gates are measured on, of the training images where there are some (1,000 by default). */
  readonly gateImages?: number | undefined;
  readonly batch?: number | undefined;
  /** The rate of fine-tuning (0.01 by default). */
  readonly lr?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with what begins now. */
  readonly onPart?: ((part: string) => void) | undefined;
}

/** A smaller model, measured on the test images beside the whole one. */
export interface PrunedRow {
  readonly by: PruneRule;
  readonly keep: number;
  readonly macs: number;
  readonly parameters: number;
  /** Accuracy in percent. */
  readonly top1: number;
  /** How much oftener it is right than the whole model, in fractions of the images. */
  readonly change: Pick<PairedDifference, "mean" | "interval">;
  /** The same after fine-tuning; of `keep` alone, where epochs are asked for. */
  readonly tuned?: { readonly top1: number; readonly change: Pick<PairedDifference, "mean" | "interval"> } | undefined;
}

/** A model without some of its channels, and what that costs. */
export interface PrunedFromModel {
  readonly model: Model;
  readonly groups: readonly PrunedGroup[];
  readonly by: PruneRule;
  readonly keep: number;
  readonly images: number;
  readonly epochs: number;
  readonly whole: { readonly macs: number; readonly parameters: number; readonly top1: number };
  readonly rows: readonly PrunedRow[];
  /** Milliseconds for an image, one at a time, measured in turn. */
  readonly latency: { readonly before: number; readonly after: number };
}

/**
 * Takes channels out of a model by what its gates say, and measures it beside the same number of channels taken by their
 * weights and at random.
 * @throws UserError when no gate weighs channels that can go; the signal's reason when it is aborted.
 * @example
 * ```ts
 * import { nodeRuntime, openTestData, openToExplain, pruneModel } from "senet/node";
 *
 * const opened = await openToExplain("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", opened, { train: true, trainLimit: 64, testLimit: 32 });
 * const runtime = nodeRuntime();
 * const { rows, whole } = await pruneModel(runtime, opened, dataset, { keep: 0.5, curve: [] });
 * await runtime.close();
 * console.log(rows.map(({ by }) => by), rows.every(({ macs }) => macs < whole.macs)); // [ 'gates', 'l1', 'random' ] true
 * ```
 */
export async function pruneModel(
  runtime: Runtime,
  opened: OpenedToExplain,
  dataset: Dataset,
  options: PruneModelOptions,
): Promise<PrunedFromModel> {
  const { keep, by = "gates", epochs = 0, curve = [0.875, 0.75, 0.625, 0.5], seed = 1, onPart, signal } = options;
  const { pruneChannels, pruneRules } = await import("../../explain/prune-channels.js");
  const { latencies } = await import("../../evaluate/latency.js");
  const { model } = opened;
  pruneChannels(model, { keep, by: "l1" }); // refuses what cannot be pruned before anything is measured
  onPart?.("measuring gates");
  const gates = await meanGatesOf(runtime, opened, dataset, options);
  onPart?.("testing the whole network");
  const base = await rightOn(runtime, model, dataset, options);
  const rows: PrunedRow[] = [];
  let chosen: { model: Model; groups: readonly PrunedGroup[] } | undefined;
  for (const share of [...new Set([keep, ...curve])].sort((a, b) => b - a)) {
    for (const rule of pruneRules) {
      onPart?.(`testing ${share} of the channels by ${rule}`);
      const pruned = pruneChannels(model, { keep: share, by: rule, gates, seed });
      const right = await rightOn(runtime, pruned, dataset, options);
      const isWanted = share === keep;
      if (isWanted && epochs > 0) onPart?.(`fine-tuning what ${rule} left`);
      const tuned = isWanted && epochs > 0 ? await tune(runtime, pruned, dataset, { ...options, epochs }) : undefined;
      if (isWanted && rule === by) chosen = { model: tuned?.model ?? pruned, groups: pruned.groups };
      rows.push({
        by: rule,
        keep: share,
        ...(await sizeOf(pruned.graph)),
        top1: percent(right),
        change: await against(base, right),
        tuned: tuned && { top1: percent(tuned.right), change: await against(base, tuned.right) },
      });
    }
  }
  onPart?.("timing both networks");
  const [before, after] = await latencies(runtime, [model, chosen!.model], { batch: 1, rounds: 30, signal });
  return {
    ...chosen!,
    ...{ by, keep, epochs, rows, images: base.length },
    whole: { ...(await sizeOf(model.graph)), top1: percent(base) },
    latency: { before: before!, after: after! },
  };
}

async function sizeOf(graph: Graph) {
  const { countMacs } = await import("../../account/cost.js");
  const { countParameters } = await import("../../graph/graph.js");
  return { macs: countMacs(graph), parameters: countParameters(graph) };
}

async function meanGatesOf(
  runtime: Runtime,
  { model, output }: OpenedToExplain,
  dataset: Dataset,
  { gateImages = 1000, batch = 32, signal }: PruneModelOptions,
): Promise<Map<string, readonly number[]>> {
  const { explainGates } = await import("../../explain/explain-gates.js");
  const images = dataset.train.length > 0 ? dataset.train : dataset.test;
  const count = Math.min(gateImages, images.length);
  const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * images.length) / count));
  const split = partOf(images, places);
  const { blocks } = await explainGates({ runtime, ...model, dataset, split, batch, output, signal, shown: [] });
  return new Map(blocks.map(({ site, all }) => [site, all.mean]));
}

/** For each test image 1 where the model is right, else 0. */
async function rightOn(
  runtime: Runtime,
  { graph, weights }: Model,
  dataset: Dataset,
  { batch = 32, signal }: PruneModelOptions,
): Promise<Float64Array> {
  const { evaluate } = await import("../../evaluate/evaluate.js");
  const { predictions } = await evaluate({ runtime, graph, weights, dataset, batch, signal });
  return Float64Array.from(predictions, (predicted, n) => (predicted === dataset.test.labels[n] ? 1 : 0));
}

async function tune(
  runtime: Runtime,
  { graph, weights }: Model,
  dataset: Dataset,
  { epochs, batch = 32, lr = 0.01, seed = 1, signal }: PruneModelOptions & { epochs: number },
) {
  const { train } = await import("../../train/trainer.js");
  const { defaultRecipe } = await import("../../train/recipe.js");
  const recipe = {
    ...defaultRecipe,
    epochs,
    batch,
    lr,
    schedule: "cosine",
    warmup: 0,
    augment: dataset.augment,
  } as const;
  const trained = await train({ runtime, graph, weights, dataset, recipe, seed, signal });
  const right = Float64Array.from(trained.predictions, (predicted, n) =>
    predicted === dataset.test.labels[n] ? 1 : 0,
  );
  return { model: { graph, weights: trained.weights }, right };
}

async function against(base: Float64Array, right: Float64Array) {
  const { pairedDifference } = await import("../../evaluate/paired-difference.js");
  const { mean, interval } = pairedDifference([base], [right]);
  return { mean, interval };
}

function percent(right: Float64Array): number {
  return (100 * right.reduce((sum, one) => sum + one, 0)) / right.length;
}
