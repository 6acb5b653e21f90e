import { Command } from "commander";
import type { NodeProfile } from "../../account/profile.js";
import { bounds } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { modelSources } from "../../workspace/model/model-source.js";
import type { ModelFacts, ModelProfile } from "../../workspace/model/profile-model.js";
import { attentionOption, hubOf, networkOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { inputOf } from "../flags/options.js";
import { columns } from "../terminal/columns.js";
import { fileText } from "../terminal/file-text.js";
import { opening } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";

interface ProfileFlags {
  readonly input?: string;
  readonly attention?: string;
  readonly classes?: number;
  readonly answer?: string;
  readonly byLayer?: true;
  readonly paper?: true;
  readonly json?: true;
}

/** `senet profile`: what a network takes, without running it. */
export const profile = new Command("profile")
  .argument("[model]", modelSources)
  .option("--input <CxHxW>", "size of the images (default: the network's own)")
  .addOption(attentionOption())
  .addOption(number("--classes <n>", "number of classes (default: the network's own)", bounds.classes))
  .option("--answer <name>", "the output of a file that is the answer (default: found by its form)")
  .option("--by-layer", "print a line for every layer too")
  .option("--paper", "show the networks of the SENet paper's Tables 2 and 3, beside what it prints")
  .option("--json", "print one JSON document")
  .action(run);

async function run(model: string | undefined, flags: ProfileFlags, command: Command): Promise<void> {
  if (flags.paper) {
    if (model !== undefined) throw new UserError(`got both "${model}" and --paper; expected one of them`);
    const { paperTables } = await import("../terminal/paper-tables.js");
    print(await paperTables(flags.json === true));
    return;
  }
  if (model === undefined)
    throw new UserError("got no network; expected a name, an .onnx file, a run, a hub id or --paper");
  const { describeModel } = await import("../../workspace/model/profile-model.js");
  const query = { model, network: networkOf(flags) };
  const found = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    describeModel(query, { image: inputOf(flags), output: flags.answer, ...following }),
  );
  const { file } = found;
  if ("uncounted" in found) {
    print(
      flags.json ? `${JSON.stringify({ name: model, ...found })}\n` : `${model}\n${uncounted(found)}${fileText(file)}`,
    );
    return;
  }
  const { nodes, input, attention, file: _, ...totals } = found;
  const layers = nodes.filter((node) => node.macs > 0 || node.params > 0);
  if (flags.json) {
    print(
      `${JSON.stringify({ name: model, input, ...totals, attention, ...(file && { file }), ...(flags.byLayer && { layers }) })}\n`,
    );
    return;
  }
  const title = `${model}, ${input.join("x")}`;
  print(`${flags.byLayer ? `${layerTable(layers)}\n` : ""}${summary(title, found)}${fileText(file)}`);
}

function uncounted({ uncounted: reason }: Extract<ModelFacts, { uncounted: string }>): string {
  return `  not counted  ${reason}\n`;
}

function layerTable(layers: readonly NodeProfile[]): string {
  const count = (n: number) => n.toLocaleString("en-US");
  const shape = (output: string) => output.replace(/^\[1, (.*)\]$/, "$1").replaceAll(", ", "x");
  const rows = layers.map(({ node, op, output, params, macs }) => [
    node.replace(/\.out$/, ""),
    op.replace("Normalization", "Norm"),
    shape(output),
    count(params),
    count(macs),
  ]);
  return columns(["layer", "operator", "output", "params", "MACs"], rows, 0);
}

function summary(title: string, { params, macs, activations, memory, attention }: ModelProfile): string {
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const count = (n: number) => n.toLocaleString("en-US");
  return `${title}
  parameters   ${count(params)}, of which attention ${count(attention.params)} (${share(attention.params, params)})
  MACs         ${count(macs)}, of which attention ${count(attention.macs)} (${share(attention.macs, macs)})
  activations  ${count(activations)} elements out of convolutions and dense layers
  memory       weights ${megabytes(memory.weightBytes)}; activations ${megabytes(memory.activationBytes)} at most (one float32 image)
`;
}
