import { Command } from "commander";
import { bounds } from "../../bounds.js";
import { checkNewFile } from "../../files/node/new-file.js";
import { formatShape } from "../../graph/dims/shape.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { forceOption } from "../flags/options.js";
import { takeModel } from "../flags/positional-model.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";

interface RunFlags extends TakingFlags {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: number;
  readonly input: string;
  readonly output: string;
  readonly force?: true;
  readonly answer?: string;
  readonly json?: true;
}

/** `senet run`: what a model makes of a batch. */
export const runModel = new Command("run")
  .option("--model <model>", modelSources)
  .option(
    "--weights <weights>",
    `weights in the place of the model's own: ${weightsSources} (default: the model's own, or those of seed 1)`,
  )
  .addOption(number("--classes <n>", "number of classes of a network by name (default: its own)", bounds.classes))
  .requiredOption("--input <file>", "a .safetensors file with the tensor x")
  .requiredOption(
    "--output <file>",
    "the .safetensors file to write: the tensor logits, and every output of the model under its own name",
  )
  .option("--answer <name>", "the output that the logits are of, where a file has several (default: found by its form)")
  .addOption(forceOption())
  .option("--json", "print one JSON document");
for (const option of takingOptions()) runModel.addOption(option);
takeModel(runModel, { example: "seresnet20" }).action((_, flags: RunFlags, command: Command) => run(flags, command));

async function run(flags: RunFlags, command: Command): Promise<void> {
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const { readImageBatch } = await import("../../workspace/model/image-batch.js");
  const { runModel: logitsOf } = await import("../../workspace/model/run-model.js");
  const { writeTensors } = await import("../../workspace/model/write-tensors.js");
  const { model, weights, input, output, force } = flags;
  checkNewFile(output, { option: "output", force, inputs: [model, weights, input] });
  const query = { model, weights, taking: takingOf(flags, weights), network: networkOf(flags) };
  const batch = await readImageBatch(input);
  const runtime = nodeRuntime();
  try {
    const { logits, outputs } = await opening({ models: [query], hub: hubOf(command) }, (following) =>
      logitsOf(runtime, query, batch, { ...following, output: flags.answer }),
    );
    await writeTensors(flags.output, new Map([...outputs, ["logits", logits]]));
    const result = { model: flags.model, x: batch.x.shape, logits: logits.shape, file: flags.output };
    print(flags.json ? `${JSON.stringify(result)}\n` : `${flags.output}: logits ${formatShape(logits.shape)}\n`);
  } finally {
    await runtime.close();
  }
}
