import { Command, Option } from "commander";
import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import { type Tensor, toNumbers } from "../../graph/tensor.js";
import { imagesOf, type LoadedFlags, loadModel } from "../../workspace/model/load-model.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { number } from "../flags/options.js";

interface GradientFlags extends LoadedFlags {
  readonly mode: "train" | "eval";
  readonly input: string;
  readonly output: string;
  readonly json?: true;
}

/** `senet gradients`: the loss of a batch and its gradients, to check us against another framework. */
export const gradients = new Command("gradients")
  .requiredOption("--model <model>", modelSources)
  .option("--weights <weights>", `${weightsSources} (default: the model's own, or those of seed 1)`)
  .addOption(number("--classes <n>", "of a network by name (default: its own)"))
  .addOption(
    new Option("--mode <mode>", "train: batch norm with the statistics of the batch; eval: with its running ones")
      .choices(["train", "eval"])
      .makeOptionMandatory(),
  )
  .requiredOption("--input <file>", "a .safetensors file with x float32 [N, C, H, W] and y int64 [N]")
  .requiredOption("--output <file>", "the .safetensors file to write: loss, and a gradient under each parameter's name")
  .option("--json", "print one JSON document")
  .action(run);

async function run(flags: GradientFlags): Promise<void> {
  const { readSafetensorsFile } = await import("../../weights/safetensors/node/safetensors-file.js");
  const { writeTensors } = await import("./write-tensors.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { crossEntropy } = await import("../../train/losses.js");
  const { gradientStep } = await import("../../step/gradient-step.js");
  const { tensors } = await readSafetensorsFile(flags.input);
  const x = imagesOf(tensors, flags.input);
  const { graph, weights } = await loadModel(flags, x);
  const y = labelsOf(tensors, flags.input, x.shape[0]!, graph.outputs[0]!.shape[1]);
  const step = gradientStep(graph, { batch: x.shape[0]!, loss: crossEntropy(), mode: flags.mode });
  if (step.unused.length > 0) {
    process.stderr.write(`senet: the loss does not depend on ${step.unused.join(", ")}: the gradients are zeros\n`);
  }
  const runtime = nodeRuntime();
  try {
    const session = await runtime.open(writeOnnx(step.graph));
    const results = await session.run({ ...Object.fromEntries(weights), x, y });
    const named = Object.entries(results).map(([name, tensor]) => [name.replace(/^grad\./, ""), tensor] as const);
    await writeTensors("--output", flags.output, new Map(named));
    report(flags, results);
  } finally {
    await runtime.close();
  }
}

function report({ model, mode, output, json }: GradientFlags, results: Readonly<Record<string, Tensor>>): void {
  const loss = toNumbers(results.loss!)[0]!;
  const found = Object.entries(results).filter(([name]) => name !== "loss");
  const shapes = Object.fromEntries(found.map(([name, { shape }]) => [name.replace(/^grad\./, ""), shape]));
  const text = `${output}: loss ${loss.toFixed(6)}, ${found.length} gradients`;
  process.stdout.write(`${json ? JSON.stringify({ model, mode, loss, gradients: shapes, file: output }) : text}\n`);
}

/** @throws UserError when the labels are not there, not one per image, or not classes of the model. */
function labelsOf(tensors: ReadonlyMap<string, Tensor>, path: string, images: number, classes: unknown): Tensor {
  const y = tensors.get("y");
  if (y === undefined || y.dtype !== "int64" || y.shape.length !== 1 || y.shape[0] !== images) {
    const given = y ? `y ${y.dtype} ${formatShape(y.shape)}` : "no tensor y";
    throw new UserError(`${path}: got ${given}; expected y int64 [${images}], a label for every image`);
  }
  const wrong = toNumbers(y).find((label) => label < 0 || (typeof classes === "number" && label >= classes));
  if (wrong !== undefined) {
    throw new UserError(`${path}: got label ${wrong}; expected 0 to ${Number(classes) - 1}, the classes of the model`);
  }
  return y;
}
