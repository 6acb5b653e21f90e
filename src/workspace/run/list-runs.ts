import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import * as z from "zod/mini";
import { lockHolder } from "../../files/node/file-lock.js";
import { CONFIG } from "./run-folder.js";
import { LOCK } from "./run-lock.js";
import { MODEL, REPORT } from "./train-in-folder.js";

/** A run in a list: what it is, and how far it has come. */
export interface RunSummary {
  /** Its folder, inside the one that was listed. */
  readonly name: string;
  readonly kind: string;
  readonly state: "running" | "stopped" | "finished";
  readonly command: string;
  readonly models: readonly string[];
  readonly data: string;
  readonly seeds: readonly number[];
  /** The recipe as `config.json` has it. */
  readonly recipe: Readonly<Record<string, unknown>>;
  /** Epochs that are done, of all its models and seeds together, and how many there are to be. */
  readonly epochs: { readonly done: number; readonly all: number };
  /** Top-1 in percent: of the last epoch that is done, and of the best one; undefined before the first. */
  readonly last: number | undefined;
  readonly best: number | undefined;
  /** When it was started and when its log last grew, in milliseconds since 1970. */
  readonly started: number;
  readonly changed: number;
  /** Whether it has a page. */
  readonly report: boolean;
}

/** An epoch of a run, without the losses of its steps. */
export interface RunEpoch {
  /** Of a comparison: whose epoch it is. */
  readonly model?: string | undefined;
  readonly seed?: number | undefined;
  readonly epoch: number;
  readonly lr: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Percent. */
  readonly testTop1: number;
  readonly seconds?: number | undefined;
}

const names = z.union([z.string(), z.array(z.string())]);
const Config = z.object({
  kind: z.string(),
  command: z.string(),
  model: z.optional(names),
  models: z.optional(names),
  data: z.optional(z.string()),
  seed: z.optional(z.number()),
  seeds: z.optional(z.array(z.number())),
  recipe: z.catch(z.record(z.string(), z.json()), {}),
});

const number = z.catch(z.number(), Number.NaN); // JSON has no NaN: null stands for it
const Epoch = z.object({
  model: z.optional(z.string()),
  seed: z.optional(z.number()),
  epoch: z.number(),
  lr: number,
  trainLoss: number,
  testLoss: number,
  testTop1: number,
  seconds: z.optional(number),
});

/**
 * The runs below a folder, as it only reads them: those that are at work, that were stopped, that are over. What has not
 * changed since the last listing is not read again.
 * @example
 * ```ts
 * import { RunList } from "senet/node";
 *
 * const runs = new RunList("runs");
 * const saved = (await runs.list()).find(({ name }) => name === "saved");
 * console.log(saved?.kind, saved?.state); // train finished
 * ```
 */
export class RunList {
  readonly #root: string;
  readonly #known = new Map<string, { readonly version: string; readonly run: RunSummary }>();

  constructor(root: string) {
    this.#root = root;
  }

  /** All runs, the newest first. A folder that is not there, or in which nothing is a run, has none. */
  async list(): Promise<RunSummary[]> {
    const runs = await Promise.all((await foldersWithRuns(this.#root)).map((path) => this.#summary(path)));
    return runs.filter((run) => run !== undefined).sort((a, b) => b.started - a.started);
  }

  /** The epochs of a run in the order of its log. @returns undefined where there is no such run. */
  async epochs(name: string): Promise<RunEpoch[] | undefined> {
    const path = this.pathOf(name);
    return path === undefined ? undefined : epochsIn(path);
  }

  /** The folder of a run by its name in the list; undefined for what is none, so that no name leads elsewhere. */
  pathOf(name: string): string | undefined {
    return this.#known.has(name) ? join(this.#root, name) : undefined;
  }

  async #summary(path: string): Promise<RunSummary | undefined> {
    const name = relative(this.#root, path) || ".";
    const files = await Promise.all([CONFIG, METRICS, MODEL, RESULTS, REPORT].map((file) => facts(join(path, file))));
    const working = lockHolder(join(path, LOCK)) !== undefined;
    const version = [...files.map((file) => file && `${file.size} ${file.mtimeMs}`), working].join();
    const known = this.#known.get(name);
    if (known?.version === version) return known.run;
    const run = await readSummary(path, name, { files, working }).catch(() => undefined);
    if (run !== undefined) this.#known.set(name, { version, run });
    return run;
  }
}

const METRICS = "metrics.jsonl";
const RESULTS = "results.json";

interface Facts {
  readonly size: number;
  readonly mtimeMs: number;
}

const facts = (path: string): Promise<Facts | undefined> => stat(path).catch(() => undefined);

/** Folders that hold a configuration, down to three floors below. */
async function foldersWithRuns(folder: string, floors = 3): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === CONFIG && entry.isFile())) return [folder];
  if (floors === 0) return [];
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
  return (await Promise.all(inside.map(({ name }) => foldersWithRuns(join(folder, name), floors - 1)))).flat();
}

async function readSummary(
  path: string,
  name: string,
  {
    files: [config, metrics, model, results, report],
    working,
  }: { readonly files: readonly (Facts | undefined)[]; readonly working: boolean },
): Promise<RunSummary> {
  const {
    kind,
    command,
    recipe,
    data = "",
    ...of
  } = Config.parse(JSON.parse(await readFile(join(path, CONFIG), "utf8")));
  const epochs = await epochsIn(path);
  const models = [of.models ?? of.model ?? []].flat();
  const seeds = of.seeds ?? (of.seed === undefined ? [] : [of.seed]);
  const each = typeof recipe.epochs === "number" ? recipe.epochs : 0;
  const finished = kind === "compare" ? results : model;
  const top1 = epochs.map(({ testTop1 }) => testTop1).filter(Number.isFinite);
  return {
    ...{ name, kind, command, models, data, seeds, recipe },
    state: working ? "running" : finished === undefined ? "stopped" : "finished",
    epochs: { done: epochs.length, all: each * Math.max(1, models.length) * Math.max(1, seeds.length) },
    last: top1.at(-1),
    best: top1.length === 0 ? undefined : Math.max(...top1),
    started: config!.mtimeMs,
    changed: Math.max(config!.mtimeMs, metrics?.mtimeMs ?? 0),
    report: report !== undefined,
  };
}

/** Of the log as far as it is whole: its last line may be half written. */
async function epochsIn(path: string): Promise<RunEpoch[]> {
  const text = await readFile(join(path, METRICS), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      const epoch = Epoch.safeParse(JSON.parse(line));
      return epoch.success ? [epoch.data] : [];
    } catch {
      return [];
    }
  });
}
