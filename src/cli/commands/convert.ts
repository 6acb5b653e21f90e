import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { UserError } from "../../errors.js";
import type { Graph, Model } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import type { TensorListing } from "../../weights/tensor-listing.js";
import { runFileOf, weightsSource } from "../../workspace/model/model-source.js";
import { readModelWeights } from "../../workspace/model/model-weights.js";
import { numbersOf } from "../flags/number-list.js";
import { number, wholeNumber } from "../flags/options.js";

interface ConvertFlags {
  readonly list?: true;
  readonly json?: true;
  readonly model?: string;
  readonly classes?: number;
  readonly shortcut: "projection" | "A";
  readonly entry?: string;
  readonly allowSurplus?: true;
  readonly mean?: string;
  readonly std?: string;
}

/** What `--json` prints. */
interface Result {
  readonly in: string;
  readonly notices: readonly string[];
  readonly [key: string]: unknown;
}

/** `senet convert`: weights from one kind of file into another. */
export const convert = new Command("convert")
  .argument("<in>", "a .pth, .pt, .th, .safetensors, .index.json or .onnx file, the folder of a run, or a hub id")
  .argument("[out]", "a new .safetensors or .onnx file")
  .option("--list", "print names, types and shapes of the tensors instead")
  .option("--model <name>", "the network that the weights are of; needed to make an .onnx file of them")
  .addOption(number("--classes <n>", "of that network (default: its own)"))
  .addOption(new Option("--shortcut <kind>", "of that network").choices(["projection", "A"]).default("projection"))
  .option("--entry <name>", "which part of a training checkpoint, such as model_ema (default: the usual ones)")
  .option("--allow-surplus", "leave out tensors that the network does not have")
  .option(
    "--mean <numbers>",
    "of the input per channel, for the card of an .onnx file (default: as for published weights)",
  )
  .option("--std <numbers>", "its standard deviation (default: as for published weights)")
  .option("--json", "print one JSON document")
  .action(run);

async function run(from: string, to: string | undefined, flags: ConvertFlags): Promise<void> {
  if (weightsSource(from) === "hub") refuseWithHub(flags);
  if (flags.list) {
    if (to !== undefined) throw new UserError(`senet convert: got --list and ${to}; expected one of them`);
    return list(from, flags);
  }
  if (to === undefined || !/\.(safetensors|onnx)$/i.test(to)) {
    throw new UserError(
      `senet convert: got output ${to ?? "nothing"}; expected a .safetensors or .onnx file, or --list`,
    );
  }
  if (existsSync(to)) throw new UserError(`senet convert: ${to} is already there; choose another name`);
  const notices: string[] = [];
  try {
    const tensors = await convertTo(from, to, flags, (text) => notices.push(text));
    report(flags, { in: from, out: to, tensors, notices }, `${to}: ${tensors} tensors`);
  } catch (error) {
    if (flags.json && error instanceof WeightsMismatch) {
      const { message, missing, surplus, misshapen } = error;
      process.stdout.write(`${JSON.stringify({ in: from, error: message, missing, surplus, misshapen })}\n`);
    }
    throw error;
  }
}

/** @throws UserError for what a repository says by itself. */
function refuseWithHub(flags: ConvertFlags): void {
  const { model, classes, entry, mean, std } = flags;
  const [flag, value] =
    Object.entries({ model, classes, entry, mean, std }).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new UserError(`--${flag}: got ${value} with a hub id; expected none: its config.json says it`);
}

/** The file that `<in>` names: what is of the hub is brought. */
async function fileOf(from: string): Promise<string> {
  if (weightsSource(from) === "file") return runFileOf(from);
  const { pullHub } = await import("../../workspace/model/open-hub.js");
  return (await pullHub(from)).weights;
}

/** Prints the result, or with a human reader the notices on stderr and one line. */
function report({ json }: Pick<ConvertFlags, "json">, result: Result, line: string): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  for (const notice of result.notices) process.stderr.write(`senet: ${notice}\n`);
  process.stdout.write(`${line}\n`);
}

async function list(from: string, flags: ConvertFlags): Promise<void> {
  const { openTensorFile } = await import("../../weights/node/open-tensor-file.js");
  openTensorFile(await fileOf(from), flags, ({ format, entries, notices }) => {
    const tensors = entries.map(({ name, type, shape }) => ({ name, type, shape }));
    const width = Math.min(60, Math.max(0, ...tensors.map(({ name }) => name.length)));
    const lines = tensors.map(
      ({ name, type, shape }) => `${name.padEnd(width)}  ${type.padEnd(4)}  [${shape.join(", ")}]`,
    );
    const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
    lines.push(`${from}: ${tensors.length} tensors, ${count.toLocaleString("en")} numbers (${format})`);
    report(flags, { in: from, format, tensors, notices }, lines.join("\n"));
  });
}

/** Writes the file and gives the number of tensors in it. */
async function convertTo(from: string, to: string, flags: ConvertFlags, onNotice: (text: string) => void) {
  if (/\.onnx$/i.test(to)) {
    const model = await modelFor(from, flags, onNotice);
    const { writeModel } = await import("../../graph/node/write-model.js");
    writeModel(to, model);
    return model.weights.size;
  }
  const tensors =
    flags.model === undefined ? await allOf(from, flags, onNotice) : (await zooModel(from, flags, onNotice)).weights;
  const { writeTensors } = await import("./write-tensors.js");
  await writeTensors("senet convert", to, tensors, new Map([["format", "pt"]]));
  return tensors.size;
}

/** Every tensor of a file under its name there. */
async function allOf(from: string, { entry }: ConvertFlags, onNotice: (text: string) => void) {
  const { openTensorFile } = await import("../../weights/node/open-tensor-file.js");
  const { readAll } = await import("../../weights/tensor-listing.js");
  return openTensorFile(await fileOf(from), { entry }, (file): Map<string, Tensor> => {
    for (const notice of [...file.notices, ...widenings(file)]) onNotice(notice);
    return readAll(file);
  });
}

function widenings({ entries }: TensorListing): string[] {
  const wide: Readonly<Record<string, string>> = { F16: "float32", BF16: "float32", I16: "int32" };
  return Object.entries(wide).flatMap(([type, dtype]) => {
    const count = entries.filter((entry) => entry.type === type).length;
    return count === 0 ? [] : [`widened ${count} tensors from ${type} to ${dtype}`];
  });
}

/** The network of an .onnx file or of the hub, or of `--model` with the weights of another file. */
async function modelFor(from: string, flags: ConvertFlags, onNotice: (text: string) => void): Promise<Model> {
  if (flags.model !== undefined) return zooModel(from, flags, onNotice);
  if (weightsSource(from) === "hub") {
    const { openHub } = await import("../../workspace/model/open-hub.js");
    return openHub(from, { onNotice });
  }
  const path = runFileOf(from);
  if (!/\.onnx$/i.test(path)) {
    throw new UserError(
      `senet convert: got weights alone (${from}); give the network they are of, such as --model resnet50`,
    );
  }
  const { readModel } = await import("../../graph/node/read-model.js");
  return readModel(path);
}

async function zooModel(from: string, flags: ConvertFlags, onNotice: (text: string) => void): Promise<Model> {
  const { createModel } = await import("../../models/index.js");
  const classes = flags.classes === undefined ? {} : { classes: wholeNumber("--classes", flags.classes, 1) };
  const { model = "", entry, allowSurplus = false } = flags;
  const graph = createModel(model, { ...classes, shortcut: flags.shortcut });
  // A last layer with values of its own would be no conversion.
  const options = { model, entry, allowSurplus, renewHead: false, onNotice };
  const { weights } = await readModelWeights(from, graph, options);
  return { graph: await described(graph, from, { ...flags, model }), weights };
}

/** The graph with its card, in which `--mean` and `--std` count more than what is published. */
async function described(graph: Graph, from: string, { mean, std, model }: ConvertFlags & { readonly model: string }) {
  const { withCard } = await import("../../models/card/model-card.js");
  const { publishedCard } = await import("../../workspace/model/published-card.js");
  const channels = Number(graph.inputs[0]!.shape[1]);
  const expected = `${channels} numbers with commas between`;
  return withCard(graph, {
    ...(await publishedCard(model, graph, from)),
    ...(mean !== undefined && { mean: numbersOf("--mean", mean, expected, [channels]) }),
    ...(std !== undefined && { std: numbersOf("--std", std, expected, [channels]) }),
  });
}
