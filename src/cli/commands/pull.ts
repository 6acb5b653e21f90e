import { Command } from "commander";
import { UserError } from "../../errors.js";
import { checkRevision, parseHubId } from "../../weights/hub/hub-id.js";
import type { PulledModel } from "../../weights/hub/node/open-hub-model.js";
import { describeFraming } from "../../workspace/data/describe-framing.js";
import { hubOf } from "../flags/model-options.js";
import { columns } from "../terminal/columns.js";
import { followHub, megabytes } from "../terminal/follow-hub.js";
import { print } from "../terminal/print.js";

interface PullFlags {
  readonly revision?: string;
  readonly list?: true;
  readonly json?: true;
}

/** `senet pull`: models of the hub, brought here. */
export const pull = new Command("pull")
  .argument("[id]", "hub id such as timm/seresnet50.a1_in1k, with @REVISION for a branch, a tag or a commit")
  .option("--revision <name>", "branch, tag or commit of the repository (default: main)")
  .option("--list", "list the models in the cache, also those that Python's tools brought, and fetch none")
  .option("--json", "print one JSON document")
  .addHelpText(
    "after",
    "\nEnvironment, as huggingface_hub has it:\n  HF_TOKEN                for private and gated models\n" +
      "  HF_HUB_CACHE, HF_HOME   where files are kept\n  HF_ENDPOINT             another hub\n" +
      "  HF_HUB_OFFLINE=1        ask nothing of the network, as with --offline",
  )
  .action(run);

async function run(id: string | undefined, flags: PullFlags, command: Command): Promise<void> {
  if (flags.list) {
    if (id !== undefined) throw new UserError(`got --list and ${id}; expected one of them`);
    return list(flags);
  }
  if (id === undefined) throw new UserError("got no hub id; expected one such as timm/seresnet50.a1_in1k");
  const asked = parseHubId(id);
  if (flags.revision !== undefined && asked.revision !== undefined) {
    throw new UserError(`--revision: got ${flags.revision} and ${asked.revision} with the id; give one of them`);
  }
  const revision = flags.revision ?? asked.revision;
  const { pullHub } = await import("../../workspace/model/open-hub.js");
  const wanted = {
    repository: asked.repository,
    ...(revision !== undefined && { revision: checkRevision(revision) }),
  };
  const hub = hubOf(command);
  const pulled = await followHub((following) => pullHub(wanted, { ...following, hub, refresh: true }));
  print(flags.json ? `${JSON.stringify(documentOf(pulled))}\n` : textOf(pulled, id, flags.revision));
}

function documentOf({ config, ...files }: PulledModel) {
  const { architecture, classes, license, input, testInput } = config;
  const network = { model: architecture, classes, license, preprocessing: config.preprocessing(), input, testInput };
  return { ...files, ...network };
}

function textOf({ repository, commit, weights, folder, config }: PulledModel, id: string, revision?: string): string {
  const preprocessing = config.preprocessing();
  const { height, width, interpolation } = preprocessing;
  const name = revision === undefined ? id : `${id}@${revision}`;
  const best = config.testInput === undefined ? "" : `; tested at ${config.testInput.slice(1).join("x")} too`;
  return (
    `${repository} at commit ${commit}\n` +
    `  network  ${config.architecture}, ${config.classes.toLocaleString("en-US")} classes` +
    `${config.labels === undefined ? "" : " with names"}${config.license === undefined ? "" : `, licence ${config.license}`}\n` +
    `  images   ${describeFraming(preprocessing)} (${interpolation}), middle ${height}x${width}${best}\n` +
    `  weights  ${weights.slice(folder.length + 1)}\n` +
    `  folder   ${folder}\n` +
    `use it with --model ${name}\n`
  );
}

async function list({ json }: PullFlags): Promise<void> {
  const { hubSettings } = await import("../../weights/hub/node/hub-settings.js");
  const { listCache } = await import("../../weights/hub/node/list-hub-cache.js");
  const { cache } = hubSettings();
  const { models, bytes, unfinished } = await listCache(cache);
  if (json) {
    print(`${JSON.stringify({ cache, bytes, models, unfinished })}\n`);
    return;
  }
  const rows = models.map(({ repository, commit, revisions, files, lastUsed }) => [
    repository,
    revisions.join(", ") || "–",
    commit.slice(0, 7),
    String(files.length),
    megabytes(files.reduce((sum, file) => sum + file.bytes, 0)),
    lastUsed.toISOString().slice(0, 10),
  ]);
  const parts = unfinished.map(({ repository, bytes }) => `${repository}: ${megabytes(bytes)} of a file, unfinished\n`);
  const table = rows.length === 0 ? "" : columns(["model", "revision", "commit", "files", "size", "last used"], rows);
  const count = rows.length === 1 ? "1 model" : `${rows.length} models`;
  print(`${table}${parts.join("")}${cache}: ${count}, ${megabytes(bytes)}\n`);
}
