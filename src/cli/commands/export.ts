import { Command, Option } from "commander";
import { bounds, reals } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import { countParameters } from "../../graph/graph.js";
import { lossChange } from "../../report/gate-words.js";
import { stepping } from "../../train/recipe-fields.js";
import type { DropFromModelOptions, DroppedFromModel } from "../../workspace/explanation/drop-from-model.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { dataDescription } from "../flags/data-options.js";
import { refuseIdle } from "../flags/idle-flags.js";
import { attentionOption, hubOf, type NetworkFlags, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { inputOf, under } from "../flags/options.js";
import { changesOf, type PreprocessingFlags, preprocessingOptions } from "../flags/preprocessing-options.js";
import { optionsOf, type RecipeFlags, stepRecipeOf } from "../flags/recipe-options.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";
import { bar, Progress } from "../terminal/progress.js";

interface ExportFlags extends NetworkFlags, RecipeFlags, TakingFlags, PreprocessingFlags {
  readonly out: string;
  readonly weights?: string;
  readonly input?: string;
  readonly seed: number;
  readonly opset?: number;
  readonly training?: true;
  readonly batch: number;
  readonly mixedLabels?: true;
  readonly cycleMomentum?: true;
  readonly dropGates?: string;
  readonly data?: string;
  readonly maxDrop: number;
  readonly testLimit: number;
}

const droppingOptions = under("With --drop-gates:", [
  new Option("--data <spec>", `the dataset whose test images say what gates are on average: ${dataDescription}`),
  number(
    "--max-drop <nats>",
    "rise of the loss that auto accepts at most, at the upper end of its interval",
    reals((value) => value >= 0 && value <= 100, "0 to 100 nats"),
    0.01,
  ),
  number("--test-limit <n>", "number of test images to measure on, evenly spread", bounds.images, 500),
  ...preprocessingOptions(),
]);

const trainingOptions = under("With --training:", [
  number("--batch <n>", "number of images in a step", bounds.batch, 32),
  ...optionsOf(stepping),
  new Option("--mixed-labels", "take two labels of every image and a weight, as mixup and CutMix need it"),
  new Option("--cycle-momentum", "make the momentum an input, as one-cycle needs it"),
]);

/** `senet export`: writes a network, or its training step, as a file for any ONNX Runtime. */
export const exportModel = new Command("export")
  .argument("<model>", modelSources)
  .requiredOption("-o, --out <path>", "the new .onnx file; with --training a new folder")
  .option(
    "--weights <weights>",
    `weights in the place of the model's own: ${weightsSources} (default: the model's own, or the first of the seed)`,
  )
  .addOption(number("--classes <n>", "number of classes of a network by name (default: its own)", bounds.classes))
  .option("--input <CxHxW>", "size of an image, such as 3x32x32 (default: the model's own)")
  .addOption(attentionOption())
  .addOption(
    number("--opset <n>", "version of ONNX's operators, from 13 (default: 20, or what the model needs)", bounds.opset),
  )
  .addOption(
    number(
      "--seed <n>",
      "number that decides the first weights, and what is random in a training step",
      bounds.seed,
      1,
    ),
  )
  .option(
    "--drop-gates <blocks>",
    "replace the gates of blocks by their means and fold them away: modules or paper names with commas between, or auto for those that are not missed",
  )
  .option("--training", "write the training step, with its first state and a README, in place of the network");
for (const option of [...droppingOptions, ...trainingOptions]) exportModel.addOption(option);
for (const option of takingOptions()) exportModel.addOption(option);
exportModel.action(run);

async function run(model: string, flags: ExportFlags, command: Command): Promise<void> {
  if (flags.training) return writeStep(model, flags, command);
  const stray = trainingOptions.find((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  if (stray !== undefined) throw new UserError(`${stray.long}: got it without --training; give both or none`);
  const { out, opset } = flags;
  if (!/\.onnx$/i.test(out)) {
    throw new UserError(`--out: got ${out}; expected an .onnx file, or a folder with --training`);
  }
  const { exportModel } = await import("../../workspace/model/export-model.js");
  const { query, options } = modelOf(model, flags);
  const progress = new Progress();
  const drop = droppingOf(flags, command, progress);
  const { graph, origin, without } = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    exportModel(query, out, { ...options, ...following, opset, drop }),
  ).finally(() => progress.clear());
  const [x, y] = [graph.inputs[0]!, graph.outputs[0]!];
  print(
    `${out}: ${x.name} ${formatShape(x.shape)} to ${y.name} ${formatShape(y.shape)}, ` +
      `${countParameters(graph).toLocaleString("en-US")} parameters\nweights: ${origin}\n`,
  );
  if (without !== undefined) print(droppedText(without));
}

/** @throws UserError for flags without the one that they belong to. */
function droppingOf(flags: ExportFlags, command: Command, progress: Progress): DropFromModelOptions | undefined {
  const { dropGates, data, maxDrop, testLimit: images } = flags;
  if (dropGates === undefined) {
    const stray = droppingOptions.find((option) => command.getOptionValueSource(option.attributeName()) === "cli");
    if (stray !== undefined) throw new UserError(`${stray.long}: got it without --drop-gates; give both or none`);
    return undefined;
  }
  if (data === undefined)
    throw new UserError("--drop-gates: got it without --data; give the images that gates are measured on");
  return {
    dropGates: dropGates === "auto" ? "auto" : dropGates.split(",").map((name) => name.trim()),
    ...{ data, maxDrop, images },
    opening: { preprocessing: changesOf(flags) },
    onShare: (share) => progress.update(`${bar(share)} measuring gates`),
  };
}

/** What went, and what that costs. */
function droppedText({ dropped, chosen }: Pick<DroppedFromModel, "dropped" | "chosen">): string {
  if (dropped.length === 0) return "gates dropped: none, for the loss would rise by more\n";
  const lines = dropped.map(({ paper, site, into }) => `  ${paper}  ${site} ${becomes(into)}`);
  const last = chosen?.steps.findLast((step) => step.dropped)?.together;
  const cost =
    last &&
    `loss ${lossChange(last.mean, 4)} (95 % interval ${last.interval.map((end) => lossChange(end, 4)).join(" to ")}) on ${chosen.images} images`;
  return `gates dropped: ${dropped.length}${cost ? `, ${cost}` : ""}\n${lines.join("\n")}\n`;
}

async function writeStep(model: string, flags: ExportFlags, command: Command): Promise<void> {
  const { opset, out, cycleMomentum, mixedLabels } = flags;
  if (flags.dropGates !== undefined) throw new UserError("--drop-gates: got it with --training; expected none");
  if (opset !== undefined) throw new UserError(`--opset: got ${opset} with --training; expected none`);
  const { exportStep } = await import("../../workspace/model/export-model.js");
  const { query, options } = modelOf(model, flags);
  const recipe = stepRecipeOf(flags, flags.batch);
  refuseIdle(flags, recipe);
  const { nodes, stateTensors, fixedTensors } = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    exportStep(query, out, { ...options, ...following, recipe, cycleMomentum, mixedLabels }),
  );
  const frozen = fixedTensors === 0 ? "" : `, ${fixedTensors} tensors kept as they are`;
  print(`${out}: ${nodes} nodes, ${stateTensors} state tensors${frozen}; see ${out}/README.md\n`);
}

/** The model that the flags name, and how it is opened. */
function modelOf(model: string, flags: ExportFlags) {
  const { weights, seed } = flags;
  return {
    query: { model, weights, taking: takingOf(flags, weights), network: networkOf(flags) },
    options: { seed, image: inputOf(flags) },
  };
}

function becomes(into: string | undefined): string {
  if (into === undefined) return "stays as a scale";
  return into === "" ? "let everything pass" : `is now in ${into}`;
}
