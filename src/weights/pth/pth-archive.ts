import { quoted, UserError } from "../../errors.js";
import type { ByteSource } from "../../files/byte-source.js";
import { type ZipEntry, zipEntries } from "../../files/zip.js";
import { widthOf } from "../stored-type.js";
import { unpickle } from "./pickle.js";
import { PickleList, type PickleValue } from "./pickle-value.js";
import { type StorageRef, TorchHost } from "./torch-globals.js";

/** A checkpoint: what was saved, and where its storages lie in the file. */
export interface Checkpoint {
  readonly value: PickleValue;
  /** First byte of a storage by its key. */
  readonly storages: ReadonlyMap<string, number>;
  readonly bigEndian: boolean;
  /** Classes and functions that it names and that mean nothing here. */
  readonly skipped: ReadonlySet<string>;
}

/** The longest text in a file of its own inside an archive. */
const LONGEST_NOTE = 64;

/**
 * Reads a checkpoint in the form of PyTorch 1.6 and later: a zip archive with `data.pkl`, a file per storage, and from
 * 2.1 on the byte order. Source: PyTorch, torch/serialization.py, `_save`.
 */
export function readArchive(source: ByteSource): Checkpoint {
  const entries = storedEntries(source);
  const pickles = [...entries.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new UserError(`got a zip archive with ${pickles.length} files data.pkl; expected a checkpoint of torch.save`);
  }
  const folder = pickles[0]!.slice(0, -"data.pkl".length);
  const { offset, length } = entries.get(pickles[0]!)!;
  const host = new TorchHost();
  const { value } = unpickle(source, offset, offset + length, host);
  const storages = new Map<string, number>();
  for (const [key, { kept, type }] of host.storages) {
    const found = entries.get(`${folder}data/${key}`);
    if (found === undefined || found.length !== kept * widthOf(type)) {
      throw new UserError(
        `got ${found ? `${found.length} bytes` : "nothing"} for storage ${quoted(key)} in the archive; ` +
          `expected ${kept} numbers ${type}; give the whole file`,
      );
    }
    storages.set(key, found.offset);
  }
  const bigEndian = isBigEndian(source, entries.get(`${folder}byteorder`));
  return { value, storages, bigEndian, skipped: host.skipped };
}

/**
 * The files of an archive that a checkpoint is made of. They must be stored without compression, as PyTorch writes
 * them, so that no archive can unpack to more than it is.
 */
function storedEntries(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const entries = zipEntries(source, /^([^/]+\/)?(data\.pkl|byteorder|data\/[^/]+)$/);
  for (const { path, method } of entries.values()) {
    if (method === 0) continue;
    throw new UserError(
      `got "${quoted(path)}" compressed (method ${method}) in the archive; expected it stored, as PyTorch writes it; ` +
        "save it again with torch.save",
    );
  }
  return entries;
}

/** Without a note the machine that wrote it counted from the low byte, as all that run PyTorch did. */
function isBigEndian(source: ByteSource, note: ZipEntry | undefined): boolean {
  if (note === undefined) return false;
  const text = new TextDecoder().decode(source.read(note.offset, Math.min(note.length, LONGEST_NOTE))).trim();
  if (text === "little" || text === "big") return text === "big";
  throw new UserError(`got byte order "${quoted(text)}"; expected little or big`);
}

/** The number that begins a checkpoint in the older form. Source: PyTorch, torch/serialization.py, MAGIC_NUMBER. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * Reads a checkpoint in the form before PyTorch 1.6: pickles of a magic number, a version, the machine, the value and
 * the keys of its storages, and then the storages, each after its length. Their bytes are little-endian whatever the
 * machine.
 * Source: PyTorch, torch/serialization.py, `_legacy_save`; torch/csrc/serialization.cpp, `THPStorage_writeFileRaw`.
 */
export function readLegacy(source: ByteSource): Checkpoint {
  let at = 0;
  const next = (host = new TorchHost()) => {
    const { value, end } = unpickle(source, at, source.size, host);
    at = end;
    return value;
  };
  if (next() !== MAGIC) {
    throw new UserError("got a pickle that PyTorch did not write; expected a checkpoint of torch.save");
  }
  const version = next();
  if (version !== PROTOCOL) throw new UserError(`got version ${String(version)} of a checkpoint; expected ${PROTOCOL}`);
  next(); // the machine: sizes of C's types
  const host = new TorchHost();
  const value = next(host);
  const storages = layOutStorages(source, next(), at, host);
  return { value, storages, bigEndian: false, skipped: host.skipped };
}

function keysOf(value: PickleValue): string[] {
  const items = value instanceof PickleList ? value.items : [null];
  const keys = items.filter((item) => typeof item === "string");
  if (keys.length === items.length) return keys;
  throw new UserError("got no list of storages after the value; give the whole file");
}

function layOutStorages(source: ByteSource, keys: PickleValue, start: number, { storages }: TorchHost) {
  const places = new Map<string, number>();
  let at = start;
  for (const key of keysOf(keys)) {
    const storage = storages.get(key);
    if (storage === undefined || places.has(key)) {
      throw new UserError(`got storage ${quoted(key)} unasked for or twice; give the whole file`);
    }
    at = place(source, storage, at, places);
  }
  const lost = [...storages.keys()].find((key) => !places.has(key));
  if (lost !== undefined) throw new UserError(`got nothing for storage ${quoted(lost)}; give the whole file`);
  if (at !== source.size) throw new UserError(`got ${source.size} bytes; expected ${at}, where the last storage ends`);
  return places;
}

/** Notes where a storage lies, and gives the byte after it. */
function place(source: ByteSource, { key, kept, type }: StorageRef, at: number, places: Map<string, number>): number {
  const begin = at + 8;
  const end = begin + kept * widthOf(type);
  if (end > source.size) {
    throw new UserError(
      `got ${source.size} bytes, but storage ${quoted(key)} ends at byte ${end}; give the whole file`,
    );
  }
  const stated = new DataView(source.read(at, 8).buffer).getBigUint64(0, true);
  if (stated !== BigInt(kept)) {
    throw new UserError(`got storage ${quoted(key)} with ${stated} numbers; expected ${kept}; give the whole file`);
  }
  places.set(key, begin);
  return end;
}
