import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import { checkNewFile } from "../../files/node/new-file.js";
import { toNumbers } from "../../graph/tensor.js";
import type { BatchGradients } from "../../workspace/model/batch-gradients.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { forceOption } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";

interface GradientFlags extends TakingFlags {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: number;
  readonly mode: "train" | "eval";
  readonly input: string;
  readonly output: string;
  readonly force?: true;
  readonly json?: true;
}

/** `senet gradients`: the loss of a batch and its gradients, to check us against another framework. */
export const gradients = new Command("gradients")
  .option("--model <model>", modelSources)
  .option(
    "--weights <weights>",
    `weights in the place of the model's own: ${weightsSources} (default: the model's own, or those of seed 1)`,
  )
  .addOption(number("--classes <n>", "number of classes of a network by name (default: its own)", bounds.classes))
  .addOption(
    new Option(
      "--mode <mode>",
      "statistics that batch norms use: those of the batch (train) or their running ones (eval)",
    )
      .choices(["train", "eval"])
      .makeOptionMandatory(),
  )
  .requiredOption("--input <file>", "a .safetensors file with x float32 [N, C, H, W] and y int64 [N]")
  .requiredOption("--output <file>", "the .safetensors file to write: loss, and a gradient under each parameter's name")
  .addOption(forceOption())
  .option("--json", "print one JSON document");
for (const option of takingOptions()) gradients.addOption(option);
takeModel(gradients, { example: "seresnet20" }).action((_, flags: GradientFlags, command: Command) =>
  run(flags, command),
);

async function run(flags: GradientFlags, command: Command): Promise<void> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { batchGradients } = await import("../../workspace/model/batch-gradients.js");
  const { writeTensors } = await import("../../workspace/model/write-tensors.js");
  const { model, weights, mode, input, output, force } = flags;
  checkNewFile(output, { option: "output", force, inputs: [model, weights, input] });
  const query = { model, weights, taking: takingOf(flags, weights), network: networkOf(flags) };
  const runtime = nodeRuntime();
  try {
    const found = await opening({ models: [query], hub: hubOf(command) }, (following) =>
      batchGradients(runtime, query, input, mode, following),
    );
    await writeTensors(output, new Map([["loss", found.loss], ...found.gradients]));
    report(flags, found);
  } finally {
    await runtime.close();
  }
}

function report({ model, mode, output, json }: GradientFlags, { loss: scalar, gradients }: BatchGradients): void {
  const loss = toNumbers(scalar)[0]!;
  const shapes = Object.fromEntries([...gradients].map(([name, { shape }]) => [name, shape]));
  const text = `${output}: loss ${loss.toFixed(6)}, ${gradients.size} gradients`;
  print(`${json ? JSON.stringify({ model, mode, loss, gradients: shapes, file: output }) : text}\n`);
}
