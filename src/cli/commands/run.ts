import { Command } from "commander";
import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import { imagesOf, type LoadedFlags, loadModel } from "../../workspace/model/load-model.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { number } from "../flags/options.js";

interface RunFlags extends LoadedFlags {
  readonly input: string;
  readonly output: string;
  readonly json?: true;
}

/** `senet run`: what a model makes of a batch. */
export const runModel = new Command("run")
  .requiredOption("--model <model>", modelSources)
  .option("--weights <weights>", `${weightsSources} (default: the model's own, or those of seed 1)`)
  .addOption(number("--classes <n>", "of a network by name (default: its own)"))
  .requiredOption("--input <file>", "a .safetensors file with the tensor x")
  .requiredOption("--output <file>", "the .safetensors file to write, with the tensor logits")
  .option("--json", "print one JSON document")
  .action(run);

async function run(flags: RunFlags): Promise<void> {
  const { readSafetensorsFile } = await import("../../weights/safetensors/node/safetensors-file.js");
  const { writeTensors } = await import("./write-tensors.js");
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const { nodeRuntime } = await import("../../runtime/node/runtime.js");
  const x = imagesOf((await readSafetensorsFile(flags.input)).tensors, flags.input);
  const { graph, weights } = await loadModel(flags, x);
  const runtime = nodeRuntime();
  try {
    const session = await runtime.open(writeOnnx(graph, weights));
    const logits = (await session.run({ [graph.inputs[0]!.name]: x }))[graph.outputs[0]!.name]!;
    if (logits.shape.length !== 2) {
      throw new UserError(`${flags.model}: got an output ${formatShape(logits.shape)}; expected logits [N, classes]`);
    }
    await writeTensors("--output", flags.output, new Map([["logits", logits]]));
    const result = { model: flags.model, x: x.shape, logits: logits.shape, file: flags.output };
    process.stdout.write(
      flags.json ? `${JSON.stringify(result)}\n` : `${flags.output}: logits ${formatShape(logits.shape)}\n`,
    );
  } finally {
    await runtime.close();
  }
}
