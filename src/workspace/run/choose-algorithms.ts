import { cpus } from "node:os";
import { join } from "node:path";
import { optionError } from "../../errors.js";
import type { Target } from "../../lower/lower.js";
import type { OnNotice } from "../../notice.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { StepDraft } from "../../step/training-step.js";
import type { AlgorithmTable, Choices } from "../../train/algorithm-table.js";
import type { RunFolder } from "./run-folder.js";

/** How measuring is followed and stopped. */
export interface MeasureEvents {
  /** Called after every gradient. */
  readonly onTask?: ((done: number, of: number) => void) | undefined;
  /** Called when measuring ends, as it does when it is stopped. `path` is the file of the table. */
  readonly onMeasured?: ((done: number, of: number, path: string) => void) | undefined;
  readonly onNotice?: OnNotice | undefined;
  /** Stops it between two gradients; what was measured is kept. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Measures which algorithms for gradients are fastest on this machine, as far as a table does not tell.
 * @param plans what makes each step for a target.
 * @param file where the table is kept; undefined for the machine's own, in the user's cache.
 * @returns the table, with everything that the steps need.
 * @throws UserError when the file holds something else, or is of another engine and lacks something; the signal's
 *   reason.
 * @example
 * ```ts
 * import { classifier, conv, GraphBuilder, Scope } from "senet/layers";
 * import { measuredTable, nodeRuntime } from "senet/node";
 * import { planTraining, type Target } from "senet/step";
 *
 * const g = new GraphBuilder("small");
 * const p = new Scope(g);
 * const y = conv(p.at("conv"), g.input("x", "float32", ["N", 8, 8, 8]), { channels: 8, kernel: 3 });
 * g.output(classifier(p.at("fc"), y, { classes: 2 }), "logits");
 * const plan = (target: Target) => planTraining(g.build(), { batch: 2 }, target);
 *
 * const runtime = nodeRuntime();
 * const { milliseconds } = await measuredTable(runtime, [plan], "measured.json");
 * await runtime.close();
 * console.log(Object.keys(milliseconds).length > 0); // true
 * ```
 */
export async function measuredTable(
  runtime: Runtime,
  plans: readonly ((target: Target) => unknown)[],
  file: string | undefined,
  { onTask, onMeasured, onNotice, signal }: MeasureEvents = {},
): Promise<AlgorithmTable> {
  const { cachedTablePath, readTable, writeTable } = await import("../../train/node/algorithm-file.js");
  const { emptyTable, tune, unmeasured } = await import("../../train/tune.js");
  const here = await emptyTable(runtime, cpus()[0]?.model ?? "");
  const path = file ?? cachedTablePath(here);
  const table = (await readTable(path)) ?? here;
  const tasks = new Map(plans.flatMap((plan) => [...unmeasured(plan, table)]));
  const made = ({ engine, cpu, channelBlock }: AlgorithmTable) => `${engine}, ${cpu}, blocks of ${channelBlock ?? 1}`;
  const foreign = made(table) !== made(here);
  if (table.channelBlock !== here.channelBlock || (foreign && tasks.size > 0)) {
    const lacks = table.channelBlock === here.channelBlock ? `, without ${tasks.size} of the gradients needed` : "";
    throw optionError(
      "table",
      `got ${path}, made with ${made(table)}${lacks}; this is ${made(here)}: give another file, which is made then`,
    );
  }
  if (foreign) onNotice?.({ kind: "foreign-table", path, made: made(table) });
  if (tasks.size === 0) return table;
  let measured = 0;
  const count = (done: number, of: number) => {
    measured = done;
    onTask?.(done, of);
  };
  try {
    await tune({ runtime, tasks, table, signal, onTask: count });
  } finally {
    await writeTable(path, table);
    onMeasured?.(measured, tasks.size, path);
  }
  return table;
}

/** What algorithms are chosen for. */
export interface RunToTune {
  /** Their training steps. */
  readonly drafts: readonly StepDraft[];
  /** As `file` of {@link measuredTable}. */
  readonly table?: string | undefined;
}

/**
 * Chooses the fastest algorithms for a run that begins; its folder keeps the table.
 * @throws as {@link measuredTable}.
 * @example
 * ```ts
 * import { classifier, conv, GraphBuilder, Scope } from "senet/layers";
 * import { chooseAlgorithms, nodeRuntime, openRun } from "senet/node";
 * import { draftTraining } from "senet/step";
 *
 * const g = new GraphBuilder("small");
 * const p = new Scope(g);
 * const y = conv(p.at("conv"), g.input("x", "float32", ["N", 8, 8, 8]), { channels: 8, kernel: 3 });
 * g.output(classifier(p.at("fc"), y, { classes: 2 }), "logits");
 *
 * const draft = draftTraining(g.build(), { batch: 2 });
 * const run = openRun("runs/saved");
 * const runtime = nodeRuntime();
 * const choices = await chooseAlgorithms(run, runtime, { drafts: [draft], table: "chosen.json" });
 * await runtime.close();
 * run.close();
 * console.log(Object.keys(choices).length > 0); // true
 * ```
 */
export async function chooseAlgorithms(
  folder: RunFolder,
  runtime: Runtime,
  { drafts, table: file }: RunToTune,
  events: MeasureEvents = {},
): Promise<Choices> {
  const { choicesOf } = await import("../../train/algorithm-table.js");
  const plans = drafts.map(({ write }) => write);
  const table = await measuredTable(runtime, plans, file, events);
  await folder.write(TABLE, `${JSON.stringify(table, null, 1)}\n`);
  return choicesOf(table);
}

/**
 * The choices that a run began with, from its folder; undefined where it had none.
 * @example
 * ```ts
 * import { keptAlgorithms, openRun } from "senet/node";
 *
 * const run = openRun("runs/untuned");
 * console.log(await keptAlgorithms(run)); // undefined
 * run.close();
 * ```
 */
export async function keptAlgorithms(folder: RunFolder): Promise<Choices | undefined> {
  const { choicesOf } = await import("../../train/algorithm-table.js");
  const { readTable } = await import("../../train/node/algorithm-file.js");
  const table = await readTable(join(folder.path, TABLE));
  return table && choicesOf(table);
}

/** The file of a run's folder that holds the table; another run may take it. */
const TABLE = "algorithms.json";
