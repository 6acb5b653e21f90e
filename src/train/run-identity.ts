import { z } from "zod";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx-write.js";
import type { Choices } from "./algorithm-table.js";
import type { Recipe } from "./recipe.js";

/** What makes a run this run: with all of it equal, the same steps give the same bits. */
export const RunIdentity = z.record(z.string(), z.json());
export type RunIdentity = z.infer<typeof RunIdentity>;

/** The engine alone may change between a checkpoint and the run that goes on from it: bits may then differ, nothing else. */
const MAY_DIFFER = "engine";

/** What computes a run. */
export interface Engine {
  /** `Runtime.name`, which tells threads and version. */
  readonly name: string;
  readonly channelBlock: number | undefined;
  /** The algorithms that were chosen by measurement. */
  readonly algorithms?: Choices | undefined;
}

/** The algorithms of a saved run, where they fit an engine with blocks of that size. */
export function savedChoices({ engine }: RunIdentity, channelBlock: number | undefined): Choices | undefined {
  const saved = SavedEngine.safeParse(engine).data;
  return saved?.channelBlock === channelBlock ? saved?.algorithms : undefined;
}

const SavedEngine = z.object({
  channelBlock: z.number().optional(),
  algorithms: z.record(z.string(), z.string()).optional(),
});

/**
 * What a run is made of, as plain JSON; large parts stand there as their SHA-256.
 */
export async function runIdentity(
  graph: Graph,
  dataset: Dataset,
  recipe: Recipe,
  seed: number,
  engine: Engine,
): Promise<RunIdentity> {
  const { name, classes, channels, height, width, mean, std, train, test } = dataset;
  const split = async ({ length, labels }: Dataset["train"]) => ({
    images: length,
    labels: await sha256(new Uint8Array(Int32Array.from(labels).buffer)),
  });
  const data = { name, classes, size: [channels, height, width], train: await split(train), test: await split(test) };
  const model = { name: graph.name, sha256: await sha256(writeOnnx(graph)) };
  const identity = { seed, recipe, data: { ...data, mean, std }, model, engine };
  return RunIdentity.parse(JSON.parse(JSON.stringify(identity)));
}

/**
 * Checks that a run that goes on is the one that was stopped.
 * @returns a sentence where the engine differs, so that the bits may.
 * @throws UserError that names the first thing that differs otherwise.
 */
export function checkSameRun(now: RunIdentity, saved: RunIdentity): string | undefined {
  const found = differences(now, saved);
  const grave = found.find(({ path }) => path[0] !== MAY_DIFFER);
  if (grave !== undefined) throw new UserError(`cannot resume: got ${tell(grave)}; give what the run was started with`);
  return found[0] && `got ${tell(found[0])}; the run goes on, its last bits may differ`;
}

interface Difference {
  readonly path: readonly string[];
  readonly now: unknown;
  readonly saved: unknown;
}

/** Where two JSON values differ, outermost names first. */
function differences(now: unknown, saved: unknown, path: readonly string[] = []): Difference[] {
  if (!isNested(now) || !isNested(saved)) {
    return JSON.stringify(now) === JSON.stringify(saved) ? [] : [{ path, now, saved }];
  }
  const keys = new Set([...Object.keys(now), ...Object.keys(saved)]);
  return [...keys].flatMap((key) => differences(now[key], saved[key], [...path, key]));
}

function isNested(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function tell({ path, now, saved }: Difference): string {
  const text = (value: unknown) => (value === undefined ? "nothing" : shorten(JSON.stringify(value)));
  return `${path.join(".")} ${text(now)}, but the checkpoint was made with ${text(saved)}`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
