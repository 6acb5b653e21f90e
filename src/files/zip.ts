import { quoted, UserError, withContext } from "../errors.js";
import type { ByteSource } from "./byte-source.js";

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly path: string;
  /** How it is packed: 0 as it is, 8 deflated. */
  readonly method: number;
  /** The checksum of its content. */
  readonly crc32: number;
  /** The first byte of its data in the archive, and how many there are. */
  readonly offset: number;
  readonly length: number;
  /** How many bytes its content has: `length`, unless it is compressed. */
  readonly size: number;
}

/**
 * Sizes in bytes of the records, without what varies.
 * Source: PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.
 */
const sizes = { local: 30, central: 46, end64: 56, locator64: 20, end: 22 } as const;

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
};

/** A comment at the end of an archive is at most so long. */
const LONGEST_COMMENT = 0xffff;

/** The largest directory that is read, in bytes: some hundred thousand files. */
const LARGEST_DIRECTORY = 2 ** 25;

/**
 * The files of a zip archive by path, from its central directory; zip64 included. Nothing is unpacked: whoever unpacks
 * an entry bounds its `size`.
 * @param wanted the paths that matter; the other entries may be as they like. By default all but folders.
 * @throws UserError when the archive is cut short or damaged, holds two files of one path, or encrypted ones.
 */
export function zipEntries(archive: ByteSource, wanted = /(?<!\/)$/): Map<string, ZipEntry> {
  return withContext(archive.name, () => {
    const { count, offset, length } = findDirectory(archive);
    if (length > LARGEST_DIRECTORY || offset + length > archive.size) {
      throw new UserError(
        `got a zip directory of ${length} bytes at ${offset} in a file of ${archive.size}; give the whole file`,
      );
    }
    const directory = viewOf(archive.read(offset, length));
    const entries = new Map<string, ZipEntry>();
    let at = 0;
    for (let i = 0; i < count; i++) {
      const central = readCentral(directory, at);
      at = central.next;
      const { path } = central;
      if (!wanted.test(path)) continue;
      if (entries.has(path)) {
        throw new UserError(`got "${quoted(path)}" twice in the archive; expected every name once`);
      }
      entries.set(path, locate(archive, central));
    }
    return entries;
  });
}

/** Where the central directory lies. */
function findDirectory(archive: ByteSource): { count: number; offset: number; length: number } {
  const tail = Math.min(archive.size, sizes.end + LONGEST_COMMENT);
  const start = archive.size - tail;
  const view = viewOf(archive.read(start, tail));
  let at = tail - sizes.end;
  while (at >= 0 && !(view.getUint32(at, true) === signatures.end && comment(view, at) === tail)) at--;
  if (at < 0) throw new UserError("got a zip archive without its directory at the end; give the whole file");
  const short = {
    count: view.getUint16(at + 10, true),
    length: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  const fits = short.count !== 0xffff && short.length !== 0xffffffff && short.offset !== 0xffffffff;
  return fits ? short : findDirectory64(archive, start + at);
}

/** Where an archive would end whose end record is at that place: a comment may hold a signature. */
function comment(view: DataView, at: number): number {
  return at + sizes.end + view.getUint16(at + 20, true);
}

function findDirectory64(archive: ByteSource, end: number): { count: number; offset: number; length: number } {
  const fault = () => new UserError("got a large zip archive (zip64) with a damaged end; give the whole file");
  if (end < sizes.locator64) throw fault();
  const locator = viewOf(archive.read(end - sizes.locator64, sizes.locator64));
  const at = long(locator, 8);
  if (locator.getUint32(0, true) !== signatures.locator64 || at + sizes.end64 > end) throw fault();
  const record = viewOf(archive.read(at, sizes.end64));
  if (record.getUint32(0, true) !== signatures.end64) throw fault();
  return { count: long(record, 32), length: long(record, 40), offset: long(record, 48) };
}

interface Central extends Omit<ZipEntry, "offset"> {
  readonly encrypted: boolean;
  /** Where its local header is. */
  readonly local: number;
  /** Where the next record begins. */
  readonly next: number;
}

function readCentral(view: DataView, at: number): Central {
  if (at + sizes.central > view.byteLength || view.getUint32(at, true) !== signatures.central) throw damaged();
  const [pathBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const pathAt = at + sizes.central;
  const extraAt = pathAt + pathBytes!;
  const next = extraAt + extraBytes! + commentBytes!;
  if (next > view.byteLength) throw damaged();
  const fields = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const [size, length, local] = wide(view, extraAt, extraBytes!, fields);
  return {
    path: textOf(view, pathAt, pathBytes!),
    method: view.getUint16(at + 10, true),
    crc32: view.getUint32(at + 16, true),
    length: length!,
    size: size!,
    encrypted: (view.getUint16(at + 8, true) & 1) === 1,
    local: local!,
    next,
  };
}

/**
 * The size of an entry, its length in the archive and its offset. Those that are all ones stand, in this order, in a
 * zip64 field beside.
 */
function wide(view: DataView, extra: number, extraBytes: number, values: readonly number[]): number[] {
  let field = extra;
  while (field + 4 <= extra + extraBytes && view.getUint16(field, true) !== 1) {
    field += 4 + view.getUint16(field + 2, true);
  }
  let at = field + 4;
  return values.map((value) => {
    if (value !== 0xffffffff) return value;
    if (at + 8 > extra + extraBytes) throw damaged();
    at += 8;
    return long(view, at - 8);
  });
}

/** Finds the data of an entry: behind its local header, whose path and extra field have lengths of their own. */
function locate(archive: ByteSource, { encrypted, local, next: _next, ...entry }: Central): ZipEntry {
  const { path, method, length, size } = entry;
  if (encrypted) throw new UserError(`got "${quoted(path)}" encrypted; expected plain files`);
  if (method === 0 && length !== size) throw damaged();
  if (local + sizes.local > archive.size) throw beyond(path, archive);
  const view = viewOf(archive.read(local, sizes.local));
  if (view.getUint32(0, true) !== signatures.local) throw damaged();
  const offset = local + sizes.local + view.getUint16(26, true) + view.getUint16(28, true);
  if (offset + length > archive.size) throw beyond(path, archive);
  return { ...entry, offset };
}

function beyond(path: string, { size }: ByteSource): UserError {
  return new UserError(`got ${size} bytes, but "${quoted(path)}" of the archive ends beyond them; give the whole file`);
}

function damaged(): UserError {
  return new UserError("got a zip archive with a damaged directory; give the whole file");
}

function textOf(view: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

/** Rounded beyond 2^53, where no file reaches. */
function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
