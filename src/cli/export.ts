import { Command } from "commander";
import { UserError } from "../errors.js";
import type { Model } from "../graph/graph.js";
import { isModelFile, openModelFile } from "./model-file.js";
import { number, parseInput, wholeNumber } from "./options.js";
import { type StepFlags, stepOptions, stepRecipeOf } from "./recipe-options.js";

interface ExportFlags extends StepFlags {
  readonly mixedLabels?: true;
  readonly cycleMomentum?: true;
  readonly model: string;
  readonly out: string;
  readonly training?: true;
  readonly batch: number;
  readonly classes?: number;
  readonly input?: string;
  readonly seed: number;
}

/** `senet export`: writes a training step as files for any ONNX Runtime. */
export const exportModel = new Command("export")
  .description("Write a model's training step as one ONNX graph, with its first state and a README.")
  .requiredOption("--model <name|file>", "a network by its published name, such as seresnet20, or an .onnx file")
  .requiredOption("--out <dir>", "a new folder for the files")
  .option("--training", "the training step (there is no other export yet)")
  .addOption(number("--batch <n>", "images in a step", 32))
  .addOption(number("--classes <n>", "of a network by name (default: its own)"))
  .option("--input <CxHxW>", "size of an image, such as 3x32x32 (default: the model's own)")
  .addOption(number("--seed <n>", "decides the first weights of a network by name, and what is random in the step", 1));
for (const option of stepOptions()) exportModel.addOption(option);
exportModel
  .option("--mixed-labels", "take two labels of every image and a weight, as mixup and CutMix need it")
  .option("--cycle-momentum", "make the momentum an input, as one-cycle needs it")
  .action(run);

async function run(flags: ExportFlags): Promise<void> {
  if (!flags.training) throw new UserError("senet export: got no --training; give it to export the training step");
  const batch = wholeNumber("--batch", flags.batch, 1);
  const seed = wholeNumber("--seed", flags.seed);
  const { graph, weights } = await openModel(flags, seed);
  const { checkStepRecipe } = await import("../train/recipe.js");
  const { planTraining } = await import("../train/plan.js");
  const { exportTrainingStep } = await import("../train/export-step.js");
  const recipe = stepRecipeOf(flags, batch);
  checkStepRecipe(recipe);
  const schedule = flags.cycleMomentum ? "onecycle" : "constant";
  const plan = planTraining(graph, { ...recipe, schedule, mixed: flags.mixedLabels ?? false });
  const files = exportTrainingStep(plan, weights, seed);
  const { writeNewFolder } = await import("./new-folder.js");
  await writeNewFolder(flags.out, files);
  const frozen = plan.fixed.length === 0 ? "" : `, ${plan.fixed.length} tensors kept as they are`;
  process.stdout.write(
    `${flags.out}: ${plan.graph.nodes.length} nodes, ${plan.state.length} state tensors${frozen}; ` +
      `see ${flags.out}/README.md\n`,
  );
}

/** The network of that name with its first weights, or what the file holds. */
async function openModel(flags: ExportFlags, seed: number): Promise<Model> {
  const input = flags.input === undefined ? undefined : parseInput(flags.input);
  if (isModelFile(flags.model)) return openModelFile(flags.model, { image: input });
  const { createModel } = await import("../models/index.js");
  const { initialise } = await import("../graph/initialise.js");
  const classes = flags.classes === undefined ? {} : { classes: flags.classes };
  const graph = createModel(flags.model, { ...classes, ...(input && { input }) });
  return { graph, weights: initialise(graph, seed) };
}
