import { cpus } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { UserError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import type { Target } from "../../lower/lower.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { AlgorithmTable, Choices } from "../../train/algorithm-table.js";
import type { Recipe } from "../../train/recipe.js";
import type { RunFolder } from "../../workspace/run/run-folder.js";
import { interruptible } from "../terminal/interrupt.js";
import { formatDuration, type Progress } from "../terminal/progress.js";

/** What `--tune` was given: true without a file. */
export type TuneFlag = string | true;

/** Faster steps on this machine; the numbers stay the same but for their last digits. */
export function tuneOption(): Option {
  return new Option(
    "--tune [file]",
    "measure once which algorithms for gradients are fastest here; kept in ~/.cache/senet, or in the file",
  );
}

/**
 * The table of `--tune`, with everything measured that the steps need.
 * @param plans what makes each step for a target.
 * @throws UserError when the file holds something else or is of another engine and lacks something.
 */
export async function tunedTable(
  runtime: Runtime,
  plans: readonly ((target: Target) => unknown)[],
  flag: TuneFlag,
  progress: Progress,
): Promise<AlgorithmTable> {
  const { cachedTablePath, readTable, writeTable } = await import("../../train/node/algorithm-file.js");
  const { emptyTable, tune, unmeasured } = await import("../../train/tune.js");
  const here = await emptyTable(runtime, cpus()[0]?.model ?? "");
  const path = flag === true ? cachedTablePath(here) : flag;
  const table = (await readTable(path)) ?? here;
  const tasks = new Map(plans.flatMap((plan) => [...unmeasured(plan, table)]));
  const made = ({ engine, cpu, channelBlock }: AlgorithmTable) => `${engine}, ${cpu}, blocks of ${channelBlock ?? 1}`;
  const foreign = made(table) !== made(here);
  if (table.channelBlock !== here.channelBlock || (foreign && tasks.size > 0)) {
    const lacks = table.channelBlock === here.channelBlock ? `, without ${tasks.size} of the gradients needed` : "";
    throw new UserError(
      `--tune: got ${path}, made with ${made(table)}${lacks}; this is ${made(here)}: give another file, which is made then`,
    );
  }
  if (foreign) progress.line(`senet: ${path} was made with ${made(table)}; it is used as it is`);
  if (tasks.size === 0) return table;
  const started = performance.now();
  let measured = 0;
  await interruptible("stopping after this measurement; once more ends at once", (signal) =>
    tune({
      runtime,
      tasks,
      table,
      signal,
      onTask: (done, of) => {
        measured = done;
        progress.update(`measuring algorithms for gradients: ${done} of ${of}`);
      },
    }),
  ).finally(async () => {
    await writeTable(path, table);
    const seconds = formatDuration((performance.now() - started) / 1000);
    progress.line(`measured the algorithms of ${measured} of ${tasks.size} gradients in ${seconds}, kept in ${path}`);
  });
  return table;
}

/** The choices of `--tune` for a run that begins, whose folder keeps the table; undefined without the flag. */
export async function tunedChoices(
  folder: RunFolder,
  runtime: Runtime,
  { graphs, recipe, flag }: { graphs: readonly Graph[]; recipe: Recipe; flag: TuneFlag | undefined },
  progress: Progress,
): Promise<Choices | undefined> {
  if (flag === undefined) return undefined;
  const { choicesOf } = await import("../../train/algorithm-table.js");
  const { planTraining } = await import("../../train/plan.js");
  const plans = graphs.map((graph) => (target: Target) => planTraining(graph, recipe, { ...target, sharedBy: graphs }));
  const table = await tunedTable(runtime, plans, flag, progress);
  await folder.write(TABLE, `${JSON.stringify(table, null, 1)}\n`);
  return choicesOf(table);
}

/** The choices that a run began with, from its folder; undefined where it had none. */
export async function keptChoices(folder: RunFolder): Promise<Choices | undefined> {
  const { choicesOf } = await import("../../train/algorithm-table.js");
  const { readTable } = await import("../../train/node/algorithm-file.js");
  const table = await readTable(join(folder.path, TABLE));
  return table && choicesOf(table);
}

/** The file of a run's folder that holds the table; `--tune` takes it. */
const TABLE = "algorithms.json";
