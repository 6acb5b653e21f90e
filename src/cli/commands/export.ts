import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import { countParameters } from "../../graph/graph.js";
import { stepping } from "../../train/recipe-fields.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { type ModelToExportFlags, openModelToExport } from "../../workspace/model/model-to-export.js";
import { attentionOption, number, under, wholeNumber } from "../flags/options.js";
import { optionsOf, type RecipeFlags, stepRecipeOf } from "../flags/recipe-options.js";

interface ExportFlags extends ModelToExportFlags, RecipeFlags {
  readonly out: string;
  readonly opset?: number;
  readonly training?: true;
  readonly batch: number;
  readonly mixedLabels?: true;
  readonly cycleMomentum?: true;
}

const trainingOptions = under("With --training:", [
  number("--batch <n>", "images in a step", 32),
  ...optionsOf(stepping),
  new Option("--mixed-labels", "take two labels of every image and a weight, as mixup and CutMix need it"),
  new Option("--cycle-momentum", "make the momentum an input, as one-cycle needs it"),
]);

/** `senet export`: writes a network, or its training step, as a file for any ONNX Runtime. */
export const exportModel = new Command("export")
  .argument("<model>", modelSources)
  .requiredOption("-o, --out <path>", "the new .onnx file; with --training a new folder")
  .option("--weights <weights>", `${weightsSources} (default: the model's own, or the first of the seed)`)
  .addOption(number("--classes <n>", "of a network by name (default: its own)"))
  .option("--input <CxHxW>", "size of an image, such as 3x32x32 (default: the model's own)")
  .addOption(attentionOption())
  .addOption(number("--opset <n>", "version of ONNX's operators, from 13 (default: 20, or what the model needs)"))
  .addOption(number("--seed <n>", "decides the first weights, and what is random in a training step", 1))
  .option("--training", "the training step, with its first state and a README");
for (const option of trainingOptions) exportModel.addOption(option);
exportModel.action(run);

async function run(model: string, flags: ExportFlags, command: Command): Promise<void> {
  wholeNumber("--seed", flags.seed);
  if (flags.training) return exportStep(model, flags);
  const stray = trainingOptions.find((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  if (stray !== undefined) throw new UserError(`${stray.long}: got it without --training; give both or none`);
  if (!/\.onnx$/i.test(flags.out)) {
    throw new UserError(`--out: got ${flags.out}; expected an .onnx file, or a folder with --training`);
  }
  if (existsSync(flags.out)) throw new UserError(`--out: ${flags.out} is already there; choose another name`);
  const { origin, graph, weights } = await openModelToExport(model, flags);
  const { writeModel } = await import("../../graph/node/write-model.js");
  try {
    writeModel(flags.out, { graph, weights }, { opset: flags.opset });
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`--opset: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UserError(`--out: cannot write ${flags.out} (${(error as Error).message}); choose another place`);
  }
  const [x, y] = [graph.inputs[0]!, graph.outputs[0]!];
  process.stdout.write(
    `${flags.out}: ${x.name} ${formatShape(x.shape)} to ${y.name} ${formatShape(y.shape)}, ` +
      `${countParameters(graph).toLocaleString("en-US")} parameters\nweights: ${origin}\n`,
  );
}

async function exportStep(model: string, flags: ExportFlags): Promise<void> {
  const { opset, seed } = flags;
  if (opset !== undefined) throw new UserError(`--opset: got ${opset} with --training; expected none`);
  const batch = wholeNumber("--batch", flags.batch, 1);
  const { graph, weights } = await openModelToExport(model, flags);
  const { checkStepRecipe } = await import("../../train/recipe.js");
  const { planTraining } = await import("../../train/plan.js");
  const { exportTrainingStep } = await import("../../train/export-step.js");
  const recipe = stepRecipeOf(flags, batch);
  checkStepRecipe(recipe);
  const schedule = flags.cycleMomentum ? "onecycle" : "constant";
  const plan = planTraining(graph, { ...recipe, schedule, mixed: flags.mixedLabels ?? false });
  const files = exportTrainingStep(plan, weights, seed);
  const { writeNewFolder } = await import("../../workspace/run/new-folder.js");
  await writeNewFolder(flags.out, files);
  const frozen = plan.fixed.length === 0 ? "" : `, ${plan.fixed.length} tensors kept as they are`;
  process.stdout.write(
    `${flags.out}: ${plan.graph.nodes.length} nodes, ${plan.state.length} state tensors${frozen}; ` +
      `see ${flags.out}/README.md\n`,
  );
}
