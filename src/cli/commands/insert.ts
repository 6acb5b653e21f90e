import { existsSync, statSync } from "node:fs";
import { Command, Option } from "commander";
import { UserError, withContext } from "../../errors.js";
import { countParameters, type Model } from "../../graph/graph.js";
import type { Inserted } from "../../insert/insert-attention.js";
import { parseAttention, type SomeAttention } from "../../layers/attention/attention.js";
import type { ModelFile } from "../../workspace/model/insert-files.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { number, wholeNumber } from "../flags/options.js";
import { insertionSummary, insertionTable } from "../terminal/insertion-table.js";

interface InsertFlags {
  readonly out?: string;
  readonly weights?: string;
  readonly attention: string;
  readonly reduction?: number;
  readonly placement?: string;
  readonly stages?: string;
  readonly at?: readonly string[];
  readonly start: "identity" | "paper";
  readonly force?: true;
  readonly seed: number;
  readonly opset?: number;
  readonly input?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly report?: string;
}

/** `senet insert`: puts attention blocks into a model that exists. */
export const insert = new Command("insert")
  .argument("<model>", `${modelSources}; what is there is not changed`)
  .option("-o, --out <path>", "the new .onnx file")
  .option(
    "--attention <spec>",
    "the block: se, eca, cbam, …, with options such as se:bias=false,gate=hard-sigmoid",
    "se",
  )
  .option("--reduction <r>", "how many times fewer units the hidden layer has than there are channels (default: 16)")
  .option("--placement <place>", "in residual units: standard, pre, post, identity or 3x3 (default: standard)")
  .addOption(
    new Option("--where <how>", "auto: in every unit that is found").choices(["auto"]).conflicts(["stages", "at"]),
  )
  .option("--stages <list>", "only in these stages, such as 2-4; the table of --dry-run shows their numbers")
  .addOption(
    new Option("--at <nodes>", "behind these nodes, by their names: NODE,NODE; may be given again")
      .argParser((text: string, before: readonly string[] = []) => [...before, text])
      .conflicts("stages"),
  )
  .addOption(
    new Option("--start <how>", "identity: the answers stay as they are; paper: the usual first weights")
      .choices(["identity", "paper"])
      .default("identity"),
  )
  .option("--force", "insert into a network that has gates already, in the units without one")
  .option("--weights <weights>", `${weightsSources} (default: the model's own, or the first of the seed)`)
  .option("--input <CxHxW>", "size of an image: of a network by name or hub id, or where a file leaves it open")
  .addOption(number("--seed <n>", "decides the first weights of the new blocks", 1))
  .addOption(number("--opset <n>", "version of ONNX's operators (default: that of the file, else 20)"))
  .option("--dry-run", "show where the blocks would stand and what they take, and write nothing")
  .option("--json", "print one JSON document")
  .option("--report <file>", "write a page that shows the network, each block as one unit")
  .action(run);

async function run(path: string, flags: InsertFlags): Promise<void> {
  checkPaths(path, flags);
  const attention = attentionOf(flags);
  const { start, force } = flags;
  const seed = wholeNumber("--seed", flags.seed);
  const { openToInsert } = await import("../../workspace/model/insert-files.js");
  const { insertAttention } = await import("../../insert/insert-attention.js");
  const { withOpenSizes } = await import("../../clean/open-sizes.js");
  const source = await openToInsert(path, { ...flags, seed });
  const options = { attention, start, force, at: nodesOf(flags, source.model) };
  const sized = withContext(path, () => insertAttention(source.model.graph, options));
  const other = source.open && withContext(path, () => insertAttention(source.open!.other, options));
  const open = other && withOpenSizes(sized.graph, other.graph, source.open!.inputs);
  if (other !== undefined && open === undefined && flags.input === undefined) {
    throw new UserError(
      `${path}: got a file for images of any size and ${attention.kind}, which needs one; give it (--input 3x224x224), and the new file takes no other`,
    );
  }
  const inserted = open === undefined ? sized : { ...sized, graph: open };
  if (flags.report !== undefined) {
    const { writeInsertionReport } = await import("./insertion-report.js");
    writeInsertionReport(flags.report, { path, source: source.model.graph, inserted, attention, start });
  }
  const notices: string[] = [];
  if (!flags.dryRun) {
    const { insertedWeights } = await import("../../insert/insert-attention.js");
    const { writeLike } = await import("../../workspace/model/insert-files.js");
    const model = { graph: inserted.graph, weights: insertedWeights(inserted, source.model.weights, seed) };
    notices.push(...writeLike(source, flags.out!, model, flags.opset));
  }
  for (const notice of notices) process.stderr.write(`senet: ${notice}\n`);
  if (flags.json) process.stdout.write(`${JSON.stringify(documentOf(path, flags, source, inserted))}\n`);
  else process.stdout.write(textOf(path, flags, source, inserted));
}

function textOf(path: string, flags: InsertFlags, { model, origin }: ModelFile, inserted: Inserted): string {
  const summary = insertionSummary(model.graph, inserted, flags.start);
  if (!flags.dryRun) return `${flags.out}: ${summary}${origin === undefined ? "" : `weights: ${origin}\n`}`;
  return `${insertionTable(inserted)}\n${path}: ${summary}nothing is written\n`;
}

function documentOf(path: string, { out, dryRun, start }: InsertFlags, file: ModelFile, inserted: Inserted) {
  const { sites, gated, scaled } = inserted;
  const { model, origin: weights } = file;
  const params = { before: countParameters(model.graph), after: countParameters(inserted.graph) };
  const rescaled = Object.fromEntries(
    [...scaled].map(([name, { from, exponent }]) => [name, { from, by: 2 ** exponent }]),
  );
  return { model: path, ...(weights && { weights }), ...(!dryRun && { out }), start, params, sites, gated, rescaled };
}

/** @throws UserError when there is nothing to write to, or something would be overwritten. */
function checkPaths(path: string, { out, dryRun, report }: InsertFlags): void {
  if (out === undefined && !dryRun) throw new UserError("--out: got none; expected the new .onnx file, or --dry-run");
  if (out !== undefined && !dryRun) {
    if (!/\.onnx$/i.test(out)) throw new UserError(`--out: got ${out}; expected an .onnx file`);
    if (isSameFile(path, out)) throw new UserError(`--out: got ${out}, the model itself; expected a new file`);
    if (existsSync(out)) throw new UserError(`--out: ${out} is already there; choose another name`);
  }
  if (report === undefined) return;
  if (!/\.html?$/i.test(report)) throw new UserError(`--report: got ${report}; expected an .html file`);
  if (existsSync(report)) throw new UserError(`--report: ${report} is already there; choose another name`);
}

function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [one, other] = [statSync(a), statSync(b)];
  return one.dev === other.dev && one.ino === other.ino;
}

/** The block with what the other flags say of it. @throws UserError when one is unknown or said twice. */
function attentionOf({ attention, reduction, placement, stages }: InsertFlags): SomeAttention {
  const more = Object.entries({ reduction, placement, stages }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const separator = attention.includes(":") ? "," : ":";
  const parsed = parseAttention(more.length === 0 ? attention : `${attention}${separator}${more.join(",")}`);
  if (parsed.kind !== "none") return parsed;
  throw new UserError("--attention: got none; expected a block to insert, such as se");
}

/** The names of `--at`, which may hold commas themselves. */
function nodesOf({ at }: InsertFlags, { graph }: Model): string[] | undefined {
  const known = new Set(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
  return at?.flatMap((text) => (known.has(text) ? [text] : text.split(",").filter((name) => name !== "")));
}
