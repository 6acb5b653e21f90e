import type { Evaluation } from "../../evaluate/evaluate.js";
import type { Measurement } from "../../evaluate/tally.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { EpochRecord } from "../../train/epoch-record.js";
import { describeTraining } from "./describe-training.js";
import { environment } from "./environment.js";
import type { KeptEpoch } from "./kept-epoch.js";
import type { PreparedTraining } from "./prepare-training.js";

/** What the page of a training is made of. */
export interface TrainingToShow {
  readonly command?: string | undefined;
  readonly epochs: readonly EpochRecord[];
  readonly kept: KeptEpoch;
  /** The kept model as an `.onnx` file. */
  readonly model: Uint8Array;
  /** What its test gave; it is tested again where that is not known any more. */
  readonly evaluation?: Evaluation | undefined;
  /** Whether the run was stopped before its end: its gates are not measured then. */
  readonly stopped?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of test images that its gates were measured on: 0 at first. */
  readonly onReport?: ((images: number) => void) | undefined;
}

/** Writes the page of a finished training, with pictures of the surest mistakes and what the gates do. */
export async function trainingPage(
  runtime: Runtime,
  prepared: PreparedTraining,
  { command, epochs, kept, model: onnx, evaluation, stopped = false, signal, onReport }: TrainingToShow,
): Promise<string> {
  const { readOnnx } = await import("../../graph/onnx/read-onnx.js");
  const { evaluate } = await import("../../evaluate/evaluate.js");
  const { findGates } = await import("../../explain/find-gates.js");
  const { gateStatistics } = await import("../../explain/gates.js");
  const { withPictures } = await import("../evaluation/pictures.js");
  const { renderTrainingReport } = await import("../../report/training-page.js");
  const { model, graph, dataset, seed } = prepared;
  const { weights } = readOnnx(onnx);
  const measured: Measurement = evaluation ?? (await evaluate({ runtime, graph, weights, dataset, signal }));
  const gates = stopped ? [] : await gateStatistics({ runtime, graph, weights, dataset, signal, onProgress: onReport });
  return renderTrainingReport({
    created: new Date().toISOString(),
    command,
    environment: environment(),
    model,
    data: { name: dataset.name, classes: dataset.classes, train: dataset.train.length, test: dataset.test.length },
    seed,
    facts: describeTraining(prepared),
    epochs: epochs.map(({ plain, ...epoch }) => (kept.averaged ? epoch : { ...epoch, ...plain })),
    ...(stopped && { stoppedOf: prepared.recipe.epochs }),
    kept,
    measured,
    mistakes: await withPictures(dataset, measured.surest),
    gates,
    spatialGates: findGates(graph).filter(({ kind }) => kind === "spatial").length,
  });
}
