import { EngineError, UserError } from "../errors.js";
import { gateStatistics } from "../explain/gates.js";
import type { Weights } from "../graph/graph.js";
import { withCard } from "../models/card/model-card.js";
import { train } from "../train/trainer.js";
import type { CompareOptions, RunId } from "./compare-options.js";
import type { ComparedModel } from "./compared-model.js";
import type { EpochResult, RunResult } from "./results.js";
import { scoreRun } from "./summarise.js";
import { cardWith, trainedCard } from "./trained-card.js";

/** What a run of a comparison has come to. */
export interface FinishedRun {
  readonly result: RunResult;
  readonly weights: Weights;
  /** The true class of every test image that could be read. */
  readonly labels: readonly number[];
}

/** An error that says in which run it happened. */
export function namingRun(error: unknown, { model, seed }: RunId): unknown {
  if (!(error instanceof UserError || error instanceof EngineError)) return error;
  const message = `${model} seed ${seed}: ${error.message}`;
  if (error instanceof UserError) return new UserError(message, { option: error.options, cause: error });
  return new EngineError(message, { cause: error.cause ?? error });
}

/** Trains a model with a seed, tests it and reads what its gates do. */
export async function oneRun(
  { graph, start, statistics, provenance, draft }: ComparedModel,
  id: RunId,
  {
    runtime,
    dataset: data,
    recipe,
    onRun,
    onStep,
    onTest,
    onEpoch,
    onMeasure,
    onModel,
    onNotice,
    signal,
  }: CompareOptions,
): Promise<FinishedRun> {
  const dataset = { ...data, ...statistics };
  const given = (await onRun?.(id)) ?? {};
  const { weights, epochs, predictions } = await train({
    runtime,
    graph,
    dataset,
    recipe,
    seed: id.seed,
    weights: given.resume ? undefined : await start(id.seed),
    ...given,
    draft,
    onStep: (progress) => onStep?.(id, progress),
    onTest: (epoch, images) => onTest?.(id, epoch, images),
    onEpoch: (record) => onEpoch?.(id, record),
    onNotice,
    signal,
  });
  // Images that could not be read are known to no run: they count for none.
  const read = [...predictions.keys()].filter((n) => predictions[n] !== -1);
  const predicted = read.map((n) => predictions[n]!);
  const labels = read.map((n) => dataset.test.labels[n]!);
  let seen = 0;
  const onProgress = (images: number) => {
    onMeasure?.({ what: "gates", model: id.model, images: images - seen });
    seen = images;
  };
  const gates = await gateStatistics({ runtime, graph, weights, dataset, signal, onProgress });
  const card = cardWith(trainedCard(dataset, recipe, id.model, id.seed), {
    ...provenance,
    epoch: epochs.at(-1)!.epoch,
  });
  return {
    weights,
    labels,
    result: {
      seed: id.seed,
      epochs: epochs.map((epoch): EpochResult => ({ ...epoch, trainLosses: [...epoch.trainLosses] })),
      ...scoreRun(predicted, labels, dataset.classes.length),
      predictions: predicted,
      gates,
      model: await onModel(id, { graph: withCard(graph, card), weights }),
    },
  };
}
