import * as z from "zod/mini";
import type { Dataset } from "../data/dataset.js";
import type { PixelArray } from "../data/image-set.js";
import { isMemorySplit } from "../data/memory-split.js";
import { relativeNames } from "../data/relative-names.js";
import type { Split } from "../data/split.js";
import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import type { Notice } from "../notice.js";
import type { Choices } from "./algorithm-table.js";
import type { Recipe } from "./recipe.js";

/** What makes a run this run: with all of it equal, the same steps give the same bits. */
export const identitySchema = z.record(z.string(), z.json());
/**
 * What makes a run this run.
 * @useDeclaredType
 */
export type RunIdentity = z.infer<typeof identitySchema>;

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
  channelBlock: z.optional(z.number()),
  algorithms: z.optional(z.record(z.string(), z.string())),
});

/** What a run is made of, as plain JSON; large parts stand there as their SHA-256. */
export async function runIdentity(
  graph: Graph,
  dataset: Dataset,
  recipe: Recipe,
  seed: number,
  engine: Engine,
): Promise<RunIdentity> {
  const { name, classes, channels, height, width, mean, std, train, test } = dataset;
  const data = {
    name,
    classes,
    size: [channels, height, width],
    train: await identityOf(train),
    test: await identityOf(test),
  };
  const model = { name: graph.name, sha256: await sha256(writeOnnx(graph)) };
  const identity = { seed, recipe, data: { ...data, mean, std }, model, engine };
  return identitySchema.parse(JSON.parse(JSON.stringify(identity)));
}

/**
 * How many images a split has, of what classes, the pixels of those in memory, and what files are called inside of
 * their folder.
 */
async function identityOf(split: Split) {
  const { length, labels } = split;
  const identity = {
    images: length,
    labels: await sha256(new Uint8Array(Int32Array.from(labels).buffer)),
    ...(isMemorySplit(split) && { pixels: await sha256OfPixels(split.images) }),
  };
  if (split.nameOf === undefined) return identity;
  const names = relativeNames(length, (index) => split.nameOf!(index));
  const files = { first: names[0], sha256: await sha256(new TextEncoder().encode(names.join("\0"))) };
  return { ...identity, files, ...(split.contents && { contents: await split.contents() }) };
}

/**
 * Checks that a run that goes on is the one that was stopped.
 * @returns what the user should know: where the engine differs, so that the last bits may; and where the checkpoint is
 *   of a version that kept neither names of files nor a hash of pixels, so that these cannot be compared.
 * @throws UserError that names the first thing that differs otherwise.
 */
export function checkSameRun(now: RunIdentity, saved: RunIdentity): Notice[] {
  const found = differences(now, saved);
  const engine = found.find(isEngine);
  const grave = found.find((difference) => !isEngine(difference) && !isUnchecked(difference));
  if (grave !== undefined) {
    if (grave.path.at(-1) === "contents") {
      throw new UserError(
        `cannot resume: got other content in the ${grave.path.at(-2)} images than when the run was started; put them back, ` +
          "or start a new run from the model of this one",
      );
    }
    const { field, now, saved } = inWords(grave);
    throw new UserError(
      `cannot resume: got ${field} ${now}, but the checkpoint was made with ${saved}; give what the run was started with`,
    );
  }
  return [
    ...(engine ? [{ kind: "other-engine", ...inWords(engine) } as const] : []),
    ...(found.some(isUnchecked) ? [{ kind: "unchecked-images" } as const] : []),
  ];
}

const isEngine = ({ path }: Difference) => path[0] === "engine";

const isUnchecked = ({ path, saved }: Difference) =>
  ["files", "pixels", "contents"].includes(path.at(-1)!) && saved === undefined;

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

function inWords({ path, now, saved }: Difference): { field: string; now: string; saved: string } {
  const text = (value: unknown) => (value === undefined ? "nothing" : shorten(JSON.stringify(value)));
  return { field: path.join("."), now: text(now), saved: text(saved) };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** Of pieces one after the other: hashing copies what it hashes. */
async function sha256OfPixels({ buffer, byteOffset, byteLength }: PixelArray): Promise<string> {
  const piece = 2 ** 24;
  const hashes: string[] = [];
  for (let at = 0; at < byteLength; at += piece) {
    hashes.push(await sha256(new Uint8Array(buffer, byteOffset + at, Math.min(piece, byteLength - at))));
  }
  return sha256(new TextEncoder().encode(hashes.join("\0")));
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
