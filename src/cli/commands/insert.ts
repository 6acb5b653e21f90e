import { Command, Option } from "commander";
import { bounds } from "../../bounds.js";
import { UserError } from "../../errors.js";
import { checkNewFile } from "../../files/node/new-file.js";
import { countParameters } from "../../graph/graph.js";
import { parseAttention, type SomeAttention } from "../../layers/attention/attention.js";
import type { Notice } from "../../notice.js";
import type { InsertedModel } from "../../workspace/insertion/insert-into-model.js";
import { modelSources, weightsSources } from "../../workspace/model/model-source.js";
import { hubOf } from "../flags/model-options.js";
import { number } from "../flags/number-option.js";
import { inputOf } from "../flags/options.js";
import { type TakingFlags, takingOf, takingOptions } from "../flags/weights-options.js";
import { opening } from "../terminal/follow-hub.js";
import { insertionSummary, insertionTable } from "../terminal/insertion-table.js";
import { tell } from "../terminal/notice-text.js";
import { print } from "../terminal/print.js";

interface InsertFlags extends TakingFlags {
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
    "attention block to insert: se, eca, cbam, …, with options such as se:bias=false,gate=hard-sigmoid",
    "se",
  )
  .option("--reduction <r>", "number of channels for each unit of the block's hidden layer (default: 16)")
  .option("--placement <place>", "place in a residual unit: standard, pre, post, identity or 3x3 (default: standard)")
  .option(
    "--stages <list>",
    "stages that get blocks, such as 2-4; the table of --dry-run shows their numbers (default: all)",
  )
  .addOption(
    new Option(
      "--at <nodes>",
      "names of nodes to insert blocks behind, with commas between; may be repeated (default: every unit that is found)",
    )
      .argParser((text: string, before: readonly string[] = []) => [...before, text])
      .conflicts("stages"),
  )
  .addOption(
    new Option(
      "--start <how>",
      "first weights of the blocks: such that the answers stay as they are, or as in the paper",
    )
      .choices(["identity", "paper"])
      .default("identity"),
  )
  .option("--force", "insert into a network that has gates already, in the units without one")
  .option(
    "--weights <weights>",
    `weights in the place of the model's own: ${weightsSources} (default: the model's own, or the first of the seed)`,
  )
  .option("--input <CxHxW>", "size of an image, for a network by name or hub id, and for a file that leaves it open")
  .addOption(number("--seed <n>", "number that decides the first weights of the new blocks", bounds.seed, 1))
  .addOption(number("--opset <n>", "version of ONNX's operators (default: that of the file, else 20)", bounds.opset))
  .option("--dry-run", "show where the blocks would stand and what they take, and write nothing")
  .option("--json", "print one JSON document")
  .option("--report <file>", "write a page that shows the network, each block as one unit");
for (const option of takingOptions()) insert.addOption(option);
insert.action(run);

async function run(path: string, flags: InsertFlags, command: Command): Promise<void> {
  checkPaths(path, flags);
  const attention = attentionOf(flags);
  const { weights, start, force, at, out, opset } = flags;
  const { insertIntoModel } = await import("../../workspace/insertion/insert-into-model.js");
  const query = { model: path, weights, taking: takingOf(flags, weights) };
  const asked = {
    ...{ attention, start, force, at, bare: flags.dryRun },
    ...{ seed: flags.seed, image: inputOf(flags) },
  };
  const made = await opening({ models: [query], hub: hubOf(command) }, (following) =>
    insertIntoModel(query, { ...asked, ...following }),
  );
  const { source, inserted, model } = made;
  if (flags.report !== undefined) {
    const { writeInsertionPage } = await import("../../workspace/insertion/insertion-page.js");
    writeInsertionPage(flags.report, { path, source: source.model.graph, inserted, attention, start });
  }
  const notices: Notice[] = [];
  if (model !== undefined) {
    const { writeLike } = await import("../../workspace/insertion/write-like.js");
    writeLike(source, out!, model, { opset, onNotice: (notice) => notices.push(notice) });
  }
  for (const notice of notices) tell(notice);
  print(flags.json ? `${JSON.stringify(documentOf(path, flags, made))}\n` : textOf(path, flags, made));
}

function textOf(path: string, flags: InsertFlags, { source, inserted }: InsertedModel): string {
  const { model, origin } = source;
  const summary = insertionSummary(model.graph, inserted, flags.start);
  if (!flags.dryRun) return `${flags.out}: ${summary}${origin === undefined ? "" : `weights: ${origin}\n`}`;
  return `${insertionTable(inserted)}\n${path}: ${summary}nothing is written\n`;
}

function documentOf(path: string, { out, dryRun, start }: InsertFlags, { source, inserted }: InsertedModel) {
  const { sites, gated, scaled } = inserted;
  const { model, origin: weights } = source;
  const params = { before: countParameters(model.graph), after: countParameters(inserted.graph) };
  const rescaled = Object.fromEntries(
    [...scaled].map(([name, { from, exponent }]) => [name, { from, by: 2 ** exponent }]),
  );
  return { model: path, ...(weights && { weights }), ...(!dryRun && { out }), start, params, sites, gated, rescaled };
}

/** @throws UserError when there is nothing to write to, or something would be overwritten. */
function checkPaths(path: string, { out, weights, dryRun, report }: InsertFlags): void {
  if (out === undefined && !dryRun) throw new UserError("--out: got none; expected the new .onnx file, or --dry-run");
  if (out !== undefined && !dryRun) {
    if (!/\.onnx$/i.test(out)) throw new UserError(`--out: got ${out}; expected an .onnx file`);
    checkNewFile(out, { inputs: [path, weights] });
  }
  if (report === undefined) return;
  if (!/\.html?$/i.test(report)) throw new UserError(`--report: got ${report}; expected an .html file`);
  checkNewFile(report, { option: "report", inputs: [path, weights] });
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
