import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../errors.js";
import { checksumOf } from "../../files/node/checksum.js";
import { renameDurably, syncFolder, writeDurably } from "../../files/node/durable.js";
import type { OnNotice } from "../../notice.js";
import { readSafetensorsFile } from "../../weights/safetensors/node/safetensors-file.js";
import { safetensorsPieces } from "../../weights/safetensors/safetensors.js";
import { bestEpoch } from "../best-epoch.js";
import { type Checkpoint, type RunProgress, readProgress, writeProgress } from "../checkpoint.js";

/** The checkpoints of one run in a folder: the last two and that of the best epoch, each a folder of its own. */
export interface CheckpointFolder {
  readonly path: string;
  /**
   * Saves a checkpoint. It is there as a whole or not at all, and what it replaces goes only after it is safe.
   * @throws Error of the file system, such as ENOSPC; then the checkpoints from before are all there.
   */
  save(checkpoint: Checkpoint): Promise<void>;
  /**
   * The newest whole checkpoint, undefined where none was made yet. Damaged ones are passed over with a notice.
   * @throws UserError when there are checkpoints, but none is whole.
   */
  load(onNotice: OnNotice): Promise<Checkpoint | undefined>;
}

const STATE = "state.safetensors";
const PROGRESS = "checkpoint.json";
/** In the format of `sha256sum --check`. */
const SUMS = "SHA256SUMS";

/**
 * The checkpoints in a folder, which is made with the first of them; the folder around it must exist.
 * @example
 * ```ts
 * import { createModel, defaultRecipe, train } from "senet";
 * import { checkpointFolder, nodeRuntime, openDataset } from "senet/node";
 *
 * const dataset = await openDataset("glyphs", { trainLimit: 64, testLimit: 32 });
 * const graph = createModel("resnet20", { classes: dataset.classes.length });
 * const recipe = { ...defaultRecipe, epochs: 1, batch: 32, augment: dataset.augment };
 * const checkpoints = checkpointFolder("checkpoints");
 * const runtime = nodeRuntime();
 * const resume = await checkpoints.load(console.warn); // undefined at the first time
 * await train({ runtime, graph, dataset, recipe, seed: 1, resume, onCheckpoint: checkpoints.save });
 * await runtime.close();
 * console.log((await checkpoints.load(console.warn))?.progress.epoch); // 2
 * ```
 */
export function checkpointFolder(path: string): CheckpointFolder {
  return {
    path,
    async save(checkpoint) {
      await makeFolder(path);
      await removeLeftovers(path);
      const name = nameOf(checkpoint.progress);
      await write(join(path, `new-${name}`), checkpoint);
      // One of the same name is damaged, or it would not be made again.
      if ((await readdir(path)).includes(name)) await rename(join(path, name), join(path, `old-${name}`));
      await renameDurably(join(path, `new-${name}`), join(path, name));
      await prune(path, checkpoint.progress);
    },
    async load(onNotice) {
      const found = await saved(path);
      for (const { name } of found) {
        try {
          return await read(join(path, name));
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          onNotice({ kind: "damaged-checkpoint", path: join(path, name), reason });
        }
      }
      if (found.length === 0) return undefined;
      const counted = found.length === 1 ? "checkpoint, which is damaged" : "checkpoints, all damaged";
      throw new UserError(`${path}: got ${found.length} ${counted}; expected a whole one; start again in a new folder`);
    },
  };
}

/** Names sort as the steps were done: `epoch-0003-step-0000120`. */
function nameOf({ epoch, step }: Pick<RunProgress, "epoch" | "step">): string {
  return `epoch-${String(epoch).padStart(4, "0")}-step-${String(step).padStart(7, "0")}`;
}

/** The checkpoints in a folder, newest first. */
async function saved(path: string): Promise<{ name: string; epoch: number; step: number }[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UserError(`cannot read ${path} (${error.message}); make it readable`);
  });
  const found = names.flatMap((name) => {
    const match = /^epoch-(\d+)-step-(\d+)$/.exec(name);
    return match ? [{ name, epoch: Number(match[1]), step: Number(match[2]) }] : [];
  });
  return found.sort((a, b) => b.epoch - a.epoch || b.step - a.step);
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function write(path: string, { state, progress }: Checkpoint): Promise<void> {
  await mkdir(path);
  try {
    const sums = [
      await writeSummed(path, STATE, safetensorsPieces(state)),
      await writeSummed(path, PROGRESS, [new TextEncoder().encode(writeProgress(progress))]),
    ];
    await writeDurably(join(path, SUMS), [new TextEncoder().encode(`${sums.join("\n")}\n`)]);
    await syncFolder(path);
  } catch (error) {
    await rm(path, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

/** Writes a file of the checkpoint and gives its line in the file of sums. */
async function writeSummed(path: string, name: string, pieces: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  function* summed() {
    for (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
  }
  await writeDurably(join(path, name), summed());
  return sumLine(name, hash.digest("hex"));
}

function sumLine(name: string, sum: string): string {
  return `${sum}  ${name}`;
}

/** @throws Error when a file is missing or its bytes are not those that were written. */
async function read(path: string): Promise<Checkpoint> {
  const lines = (await readFile(join(path, SUMS), "utf8")).split("\n");
  for (const file of [STATE, PROGRESS]) {
    if (!lines.includes(sumLine(file, await checksumOf(join(path, file), "SHA-256")))) {
      throw new UserError(`${file} does not have the checksum that ${SUMS} gives`);
    }
  }
  const progress = readProgress(await readFile(join(path, PROGRESS), "utf8"), PROGRESS);
  const { tensors } = await readSafetensorsFile(join(path, STATE));
  return { state: tensors, progress };
}

/** Removes all but the last two checkpoints and the one after the best epoch. */
async function prune(path: string, { epoch, step, history }: RunProgress): Promise<void> {
  const best = bestEpoch(history)?.epoch ?? 0;
  const found = await saved(path);
  // What is further on than the run itself is damaged: the run could not go on from it.
  const behind = found.filter((one) => one.epoch < epoch || (one.epoch === epoch && one.step <= step));
  const kept = new Set([...behind.slice(0, 2).map(({ name }) => name), nameOf({ epoch: best + 1, step: 0 })]);
  for (const { name } of found) {
    // Renamed first, so that a half-removed one is never taken for a damaged one.
    if (!kept.has(name)) await rename(join(path, name), join(path, `old-${name}`));
  }
  await removeLeftovers(path);
}

/** Removes what was not finished when a run was killed: checkpoints half written or half removed. */
async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(path)) {
    if (/^(new|old)-epoch-/.test(name)) await rm(join(path, name), { recursive: true, force: true });
  }
}
