import { optionError, UserError } from "../../errors.js";
import { checkNewFile } from "../../files/node/new-file.js";
import { writeModel } from "../../graph/node/write-model.js";
import type { StepRecipe } from "../../train/plan.js";
import type { DropFromModelOptions, DroppedFromModel } from "../explanation/drop-from-model.js";
import { writeNewFolder } from "../run/new-folder.js";
import { type ModelQuery, queryOf } from "./model-query.js";
import { type OpenedModel, type OpenModelOptions, openModel } from "./open-model.js";

/** How a model is exported. */
export interface ExportModelOptions extends OpenModelOptions {
  /** The version of ONNX's operators, from 13 (20 by default, or what the model needs). */
  readonly opset?: number | undefined;
  /** Gates that are replaced by their means, and folded away. */
  readonly drop?: DropFromModelOptions | undefined;
}

/** A model that was written, and the gates that are gone. */
export interface ExportedModel extends OpenedModel {
  readonly without?: Pick<DroppedFromModel, "dropped" | "chosen"> | undefined;
}

/**
 * Writes any model that senet knows as one `.onnx` file for any ONNX Runtime.
 * @throws UserError when the file is there already or cannot be written, or as {@link openModel}.
 * @example
 * ```ts
 * import { exportModel, readModel } from "senet/node";
 *
 * await exportModel("runs/saved", "exported.onnx", { opset: 17 });
 * console.log(readModel("exported.onnx").graph.outputs[0]?.shape); // [ 'N', 26 ]
 * ```
 */
export async function exportModel(
  of: string | ModelQuery,
  path: string,
  { opset, drop, ...options }: ExportModelOptions = {},
): Promise<ExportedModel> {
  checkNewModel(path);
  const opened = await openModel(of, options);
  const without = drop && (await withoutGates(of, drop, options));
  const written = { ...opened, ...(without && { graph: without.graph, weights: without.weights }) };
  try {
    writeModel(path, written, { opset });
  } catch (error) {
    if (error instanceof UserError) throw optionError("opset", error.message);
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw optionError("out", `cannot write ${path} (${(error as Error).message}); choose another place`);
  }
  return { ...written, without };
}

async function withoutGates(of: string | ModelQuery, drop: DropFromModelOptions, options: OpenModelOptions) {
  const { dropFromModel } = await import("../explanation/drop-from-model.js");
  const { hub, onNotice, onProgress, signal } = options;
  return dropFromModel(of, { ...drop, opening: { hub, onNotice, onProgress, signal, ...drop.opening } });
}

/** @throws UserError unless a path is that of a new `.onnx` file. */
export function checkNewModel(path: string): void {
  if (!/\.onnx$/i.test(path)) throw optionError("out", `got ${path}; expected an .onnx file`);
  checkNewFile(path);
}

/** How a training step is exported. */
export interface ExportStepOptions extends OpenModelOptions {
  readonly recipe: StepRecipe;
  /** Whether the momentum is an input of the step, as one-cycle schedules need it. */
  readonly cycleMomentum?: boolean | undefined;
  /** Whether images come with two labels and a weight, as mixup and CutMix need it. */
  readonly mixedLabels?: boolean | undefined;
}

/** A training step in a folder. */
export interface ExportedStep {
  readonly nodes: number;
  readonly stateTensors: number;
  /** Tensors that the step reads and never changes. */
  readonly fixedTensors: number;
}

/**
 * Writes the training step of a model as files for any ONNX Runtime into a new folder, with its first state and a
 * README.
 * @throws UserError when the folder holds something or cannot be written, the recipe does not fit, or as
 *   {@link openModel}.
 * @example
 * ```ts
 * import { readdir } from "node:fs/promises";
 * import { exportStep } from "senet/node";
 *
 * await exportStep("resnet20", "step", { recipe: { batch: 4, optimizer: "adamw" } });
 * console.log((await readdir("step")).toSorted()); // [ 'README.md', 'state.safetensors', 'step.onnx' ]
 * ```
 */
export async function exportStep(
  of: string | ModelQuery,
  folder: string,
  { recipe, cycleMomentum = false, mixedLabels = false, ...options }: ExportStepOptions,
): Promise<ExportedStep> {
  const { graph, weights } = await openModel(queryOf(of), options);
  const { checkStepRecipe } = await import("../../train/recipe.js");
  const { planTraining } = await import("../../train/plan.js");
  const { exportTrainingStep } = await import("../../train/export-step.js");
  checkStepRecipe(recipe);
  const schedule = cycleMomentum ? "onecycle" : "constant";
  const plan = planTraining(graph, { ...recipe, schedule, mixed: mixedLabels });
  await writeNewFolder(folder, exportTrainingStep(plan, weights, options.seed ?? 1));
  return { nodes: plan.graph.nodes.length, stateTensors: plan.state.length, fixedTensors: plan.fixed.length };
}
