import { quoted, UserError, withContext } from "../../errors.js";
import { type ByteSource, memorySource } from "../../files/byte-source.js";
import type { Notice } from "../../notice.js";
import { widthOf } from "../stored-type.js";
import type { TensorFile } from "../tensor-listing.js";
import { readAll, type TensorListing } from "../tensor-listing.js";
import { type Checkpoint, readArchive, readLegacy } from "./pth-archive.js";
import { findStateDict, type StateDict } from "./state-dict.js";
import { extentOf, readStrided, type StridedEntry } from "./strided.js";
import type { TensorRef } from "./torch-globals.js";

/** Options of `openPth`. */
export interface PthOptions {
  /** Which entry of a checkpoint to take, such as `model_ema`; by default the usual ones are looked for. */
  readonly entry?: string | undefined;
}

/**
 * Reads a PyTorch checkpoint (`.pth`, `.pt`, `.th`) of either form as data: no code in it can run. The weights are
 * found in a training checkpoint; float16 and bfloat16 become float32, int16 becomes int32. Views, shared and strided
 * tensors come out whole, each in memory of its own.
 * @param source what error messages call the file.
 * @throws UserError in one line when the bytes are cut short, damaged, or ask for anything but tensors and containers.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readPth } from "senet/weights";
 *
 * const { tensors } = readPth(await readFile("checkpoint.pth"), { source: "checkpoint.pth" });
 * console.log([...tensors.keys()][0]); // plain
 * ```
 */
export function readPth(
  bytes: Uint8Array,
  { source = "pth", entry }: PthOptions & { readonly source?: string } = {},
): TensorFile {
  return { tensors: readAll(openPth(memorySource(bytes, source), { entry })), metadata: new Map() };
}

/**
 * Opens a PyTorch checkpoint: lists its tensors, and reads one when it is asked for.
 * @throws UserError as `readPth`.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { memorySource, openPth } from "senet/weights";
 *
 * const listing = openPth(memorySource(await readFile("checkpoint.pth"), "checkpoint.pth"));
 * const [first] = listing.entries;
 * console.log(first?.name, first?.type, first?.shape); // plain F32 [ 2, 3 ]
 * ```
 */
export function openPth(file: ByteSource, { entry }: PthOptions = {}): TensorListing {
  return withContext(file.name, () => {
    const checkpoint = openCheckpoint(file);
    const state = stateOf(checkpoint, entry);
    const entries = new Map([...state.tensors].map(([name, ref]) => [name, place(name, ref, checkpoint)]));
    checkMemory(entries.values(), file.size);
    return {
      entries: [...entries.values()],
      notices: noticesOf(state, checkpoint),
      read: (name) => readStrided(file, entries.get(name)!, checkpoint.bigEndian),
    };
  });
}

function stateOf({ value, skipped }: Checkpoint, entry: string | undefined): StateDict {
  try {
    return findStateDict(value, entry);
  } catch (error) {
    if (!(error instanceof UserError) || skipped.size === 0) throw error;
    const names = [...skipped].slice(0, 3).join(", ");
    throw new UserError(`${error.message}; skipped ${names}${skipped.size > 3 ? ", …" : ""}`, { cause: error });
  }
}

function openCheckpoint(file: ByteSource): Checkpoint {
  const start = file.read(0, Math.min(4, file.size));
  if (start[0] === 0x50 && start[1] === 0x4b) return readArchive(file); // "PK"
  if (start[0] === 0x80) return readLegacy(file); // a pickle's protocol
  throw new UserError(
    `got ${file.size} bytes that are neither a zip archive nor a pickle; expected a checkpoint as torch.save writes it`,
  );
}

function place(name: string, ref: TensorRef, checkpoint: Checkpoint): StridedEntry {
  const { storage, offset, shape, strides } = ref;
  const start = storage.offset + offset;
  const begin = checkpoint.storages.get(storage.key)! + start * widthOf(storage.type);
  return { name, type: storage.type, shape, strides, begin, room: storage.length - offset };
}

/** Tensors may share bytes and repeat them, so that a small file can ask for any amount of memory. */
function checkMemory(entries: Iterable<StridedEntry>, fileBytes: number): void {
  const most = 8 * fileBytes + 2 ** 24;
  let bytes = 0;
  for (const entry of entries) {
    const { elements, span } = withContext(`tensor "${quoted(entry.name)}"`, () => extentOf(entry));
    bytes += (elements + span) * widthOf(entry.type);
    if (bytes > most) {
      throw new UserError(
        `got ${fileBytes} bytes whose tensors would take more than ${most}; expected each number about once`,
      );
    }
  }
}

function noticesOf({ entry, beside, others }: StateDict, { skipped }: Checkpoint): Notice[] {
  return [
    ...(entry === undefined ? [] : [{ kind: "entry", entry, beside } as const]),
    ...(others.length === 0 ? [] : [{ kind: "no-tensors", values: others } as const]),
    ...(skipped.size === 0 ? [] : [{ kind: "skipped", names: [...skipped] } as const]),
  ];
}
