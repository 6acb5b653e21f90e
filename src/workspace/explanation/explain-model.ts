import type { Dataset } from "../../data/dataset.js";
import { partOf, type Split } from "../../data/split.js";
import { optionError } from "../../errors.js";
import type { ExplainedGates } from "../../explain/explain-gates.js";
import type { SwitchTable } from "../../explain/switch-off.js";
import type { Model } from "../../graph/graph.js";
import type { Runtime } from "../../runtime/runtime.js";
import { type ClassifierModel, type FindClassifierOptions, findClassifier } from "../classifier/find-classifier.js";
import { checkProgram } from "../model/check-program.js";
import { type ModelQuery, queryOf } from "../model/model-query.js";
import { openModel } from "../model/open-model.js";
import { classNumbers, perClass } from "./choose-images.js";

/** A classifier with its graph and weights, which can be looked into. */
export interface OpenedToExplain extends ClassifierModel {
  readonly model: Model;
  /** The output that is the answer, where it was asked for. */
  readonly output: string | undefined;
}

/**
 * Opens a classifier to be looked into.
 * @throws UserError as `findClassifier`, and for a file with operators that senet does not know.
 * @example
 * ```ts
 * import { openToExplain } from "senet/node";
 *
 * const { model, classes } = await openToExplain("model.onnx");
 * console.log(model.graph.name, classes.length); // seresnet20 26
 * ```
 */
export async function openToExplain(
  of: string | ModelQuery,
  options: FindClassifierOptions = {},
): Promise<OpenedToExplain> {
  const query = queryOf(of);
  const classifier = await findClassifier(query, options);
  const { height, width, mean } = classifier.preprocessing;
  const { signal, onProgress, hub } = options; // notices were given above
  const opening = { signal, onProgress, hub };
  const model = await openModel(query, { ...opening, image: [mean.length, height, width] });
  return { ...classifier, model, output: options.output };
}

/** What is explained of a model, and how. */
export interface ExplainModelOptions {
  /** Classes whose gates are shown one by one, by name or number (by default all of ten or fewer, else five). */
  readonly classes?: readonly string[] | undefined;
  /** Images of each class at most; all by default. */
  readonly perClass?: number | undefined;
  /** Images on which gates are switched off, 500 by default; 0 leaves that out. */
  readonly switchImages?: number | undefined;
  /** Images that the model takes at a time (32 by default). */
  readonly batch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with what is being done and the share of it that is, 0 to 1. */
  readonly onShare?: ((part: "gates" | "switching", share: number, seconds: number) => void) | undefined;
}

/** What was found out about a model. */
export interface ExplainedModel {
  readonly gates: ExplainedGates;
  readonly switched: SwitchTable | undefined;
  /** The images that were looked at. */
  readonly split: Split;
  /** Seconds that the pass over the images took, and that switching off did. */
  readonly seconds: { readonly gates: number; readonly switching: number };
}

/**
 * Says what the gates of a model do on the test images of a dataset.
 * @throws UserError when it has no gates, a class does not exist or an image cannot be read; the signal's reason when it
 *   is aborted.
 * @example
 * ```ts
 * import { explainModel, nodeRuntime, openTestData, openToExplain } from "senet/node";
 *
 * const opened = await openToExplain("model.onnx");
 * const dataset = await openTestData("glyphs", "model.onnx", opened, { testLimit: 52 });
 * const runtime = nodeRuntime();
 * const { gates } = await explainModel(runtime, opened, dataset, { classes: ["A", "B"], switchImages: 0 });
 * await runtime.close();
 * console.log(gates.blocks[0]?.site, gates.shown); // layer1.0.se [ 0, 1 ]
 * ```
 */
export async function explainModel(
  runtime: Runtime,
  { model, output, program }: OpenedToExplain,
  dataset: Dataset,
  options: ExplainModelOptions = {},
): Promise<ExplainedModel> {
  const { explainGates } = await import("../../explain/explain-gates.js");
  const { switchOff } = await import("../../explain/switch-off.js");
  const { switchImages = 500, batch = 32, signal, onShare } = options;
  const shown = options.classes && classNumbers(options.classes, dataset.classes);
  const split = partOf(dataset.test, perClass(dataset.test.labels, options.perClass));
  for (const label of shown ?? []) checkPresent(label, split, dataset);
  await checkProgram(program, [dataset.channels, dataset.height, dataset.width], Math.min(batch, split.length));
  const common = { runtime, ...model, dataset, split, batch, output, signal };
  let started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const gates = await explainGates({
    ...common,
    shown,
    onProgress: (images) => {
      if (images === 0) started = performance.now(); // how long opening took is not the images' time
      onShare?.("gates", images / split.length, seconds());
    },
  });
  const first = seconds();
  started = performance.now();
  const onSwitched = (share: number) => onShare?.("switching", share, seconds());
  const most = Math.min(switchImages, split.length);
  const switched = most < 2 ? undefined : await switchOff({ ...common, most, onShare: onSwitched });
  return { gates, switched, split, seconds: { gates: first, switching: seconds() } };
}

function checkPresent(label: number, { labels }: Split, { classes }: Dataset): void {
  if (Array.from(labels).includes(label)) return;
  throw optionError(
    "classes",
    `got ${classes[label]}, of which there is no image; expected a class of the test images`,
  );
}
