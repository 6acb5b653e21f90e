import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { checkNewFile } from "../../files/node/new-file.js";
import type { Notice } from "../../notice.js";
import { WeightsMismatch } from "../../weights/load-weights.js";
import type { Opening } from "../../workspace/model/model-query.js";
import { weightsSource } from "../../workspace/model/model-source.js";
import { hubOf, networkOf, shortcutHelp } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { givenStatisticsOf } from "../flags/preprocessing-options.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { opening } from "../terminal/follow-hub.js";
import { noticeText } from "../terminal/notice-text.js";
import { print, say } from "../terminal/print.js";

interface ConvertFlags extends TakingFlags {
  readonly list?: true;
  readonly json?: true;
  readonly model?: string;
  readonly classes?: number;
  readonly shortcut: "projection" | "A";
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
  .option("--list", "print names, types and shapes of the tensors, and write nothing")
  .option("--model <name>", "network by name that the weights are of; needed to make an .onnx file of them")
  .addOption(number("--classes <n>", "number of classes of that network (default: its own)", bounds.classes))
  .addOption(new Option("--shortcut <kind>", shortcutHelp).choices(["projection", "A"]).default("projection"))
  .option("--mean <r,g,b>", "mean of each channel, for the card of an .onnx file (default: as for published weights)")
  .option(
    "--std <r,g,b>",
    "standard deviation of each channel, likewise for the card (default: as for published weights)",
  )
  .option("--json", "print one JSON document");
for (const option of takingOptions()) convert.addOption(option);
convert.action(run);

async function run(from: string, to: string | undefined, flags: ConvertFlags, command: Command): Promise<void> {
  if (weightsSource(from) === "hub") refuseWithHub(flags);
  if (flags.list) {
    if (to !== undefined) throw new UserError(`got --list and ${to}; expected one of them`);
    return list(from, flags, command);
  }
  if (to === undefined || !/\.(safetensors|onnx)$/i.test(to)) {
    throw new UserError(`got output ${to ?? "nothing"}; expected a .safetensors or .onnx file, or --list`);
  }
  checkNewFile(to, { option: undefined, inputs: [from] });
  const { convertWeights } = await import("../../workspace/model/convert-weights.js");
  const { model } = flags;
  const taking = takingOf(flags, from);
  const options = { model, ...taking, network: networkOf(flags), statistics: givenStatisticsOf(flags) };
  try {
    const [tensors, notices] = await noticing(from, command, (following) =>
      convertWeights(from, to, { ...options, ...following }),
    );
    report(flags, { in: from, out: to, tensors, notices }, `${to}: ${tensors} tensors`);
  } catch (error) {
    if (!(error instanceof WeightsMismatch)) throw error;
    const { missing, surplus, misshapen } = error;
    const surplusAlone = missing.length + misshapen.length === 0;
    const message = `${error.message}${surplusAlone ? ", or leave the surplus tensors out with --allow-surplus" : ""}`;
    if (flags.json) print(`${JSON.stringify({ in: from, error: message, missing, surplus, misshapen })}\n`);
    throw new UserError(message, { cause: error });
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

/** What the work gives, and what there is to tell, which waits until it is done. */
async function noticing<T>(
  from: string,
  command: Command,
  work: (following: Opening) => Promise<T>,
): Promise<[T, string[]]> {
  const notices: string[] = [];
  const tell = (notice: Notice) => notices.push(noticeText(notice));
  return [await opening({ models: [{ model: from }], hub: hubOf(command), tell }, work), notices];
}

/** Prints the result, or with a human reader the notices on stderr and one line. */
function report({ json }: Pick<ConvertFlags, "json">, result: Result, line: string): void {
  if (!json) for (const notice of result.notices) say(`senet: ${notice}`);
  print(`${json ? JSON.stringify(result) : line}\n`);
}

async function list(from: string, flags: ConvertFlags, command: Command): Promise<void> {
  const { listWeights } = await import("../../workspace/model/convert-weights.js");
  const { entry } = flags;
  const [{ format, tensors }, notices] = await noticing(from, command, (following) =>
    listWeights(from, { entry, ...following }),
  );
  const width = Math.min(60, Math.max(0, ...tensors.map(({ name }) => name.length)));
  const lines = tensors.map(
    ({ name, type, shape }) => `${name.padEnd(width)}  ${type.padEnd(4)}  [${shape.join(", ")}]`,
  );
  const count = tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  lines.push(`${from}: ${tensors.length} tensors, ${count.toLocaleString("en")} numbers (${format})`);
  report(flags, { in: from, format, tensors, notices }, lines.join("\n"));
}
