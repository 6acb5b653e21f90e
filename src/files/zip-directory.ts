import { quoted, UserError } from "../errors.js";
import type { ByteSource } from "./byte-source.js";

/** A file in an archive, stored as it is. */
export interface ZipEntry {
  /** First byte of its data in the archive, and how many there are. */
  readonly begin: number;
  readonly length: number;
}

/** Sizes in bytes of the records, without what varies. Source: PKWARE APPNOTE 6.3.10, 4.3.7, 4.3.12 and 4.3.14 to 4.3.16. */
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
 * The files of a zip archive by name, from its central directory; zip64 included. Only what is stored without compression
 * is taken, as PyTorch writes it, so that no archive can unpack to more than it is.
 * @param wanted the names that matter; the others may be as they like.
 * @throws UserError when the archive is cut short or damaged, or holds compressed or encrypted files.
 */
export function readZipDirectory(source: ByteSource, wanted = /^/): Map<string, ZipEntry> {
  const { count, offset, length } = findDirectory(source);
  if (length > LARGEST_DIRECTORY || offset + length > source.size) {
    throw new UserError(
      `got a zip directory of ${length} bytes at ${offset} in a file of ${source.size}; give the whole file`,
    );
  }
  const directory = viewOf(source.read(offset, length));
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const central = readCentral(directory, at);
    at = central.next;
    const { name } = central;
    if (!wanted.test(name)) continue;
    if (entries.has(name)) throw new UserError(`got "${quoted(name)}" twice in the archive; expected every name once`);
    entries.set(name, locate(source, central));
  }
  return entries;
}

/** Where the central directory lies. */
function findDirectory(source: ByteSource): { count: number; offset: number; length: number } {
  const tail = Math.min(source.size, sizes.end + LONGEST_COMMENT);
  const start = source.size - tail;
  const view = viewOf(source.read(start, tail));
  let at = tail - sizes.end;
  while (at >= 0 && !(view.getUint32(at, true) === signatures.end && comment(view, at) === tail)) at--;
  if (at < 0) throw new UserError("got a zip archive without its directory at the end; give the whole file");
  const short = {
    count: view.getUint16(at + 10, true),
    length: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  const fits = short.count !== 0xffff && short.length !== 0xffffffff && short.offset !== 0xffffffff;
  return fits ? short : findDirectory64(source, start + at);
}

/** Where an archive would end whose end record is at that place: a comment may hold a signature. */
function comment(view: DataView, at: number): number {
  return at + sizes.end + view.getUint16(at + 20, true);
}

function findDirectory64(source: ByteSource, end: number): { count: number; offset: number; length: number } {
  const fault = () => new UserError("got a large zip archive (zip64) with a damaged end; give the whole file");
  if (end < sizes.locator64) throw fault();
  const locator = viewOf(source.read(end - sizes.locator64, sizes.locator64));
  const at = long(locator, 8);
  if (locator.getUint32(0, true) !== signatures.locator64 || at + sizes.end64 > end) throw fault();
  const record = viewOf(source.read(at, sizes.end64));
  if (record.getUint32(0, true) !== signatures.end64) throw fault();
  return { count: long(record, 32), length: long(record, 40), offset: long(record, 48) };
}

interface Central {
  readonly name: string;
  /** Where its local header is. */
  readonly local: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly method: number;
  readonly encrypted: boolean;
  /** Where the next record begins. */
  readonly next: number;
}

function readCentral(view: DataView, at: number): Central {
  if (at + sizes.central > view.byteLength || view.getUint32(at, true) !== signatures.central) throw damaged();
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
  const nameAt = at + sizes.central;
  const extraAt = nameAt + nameBytes!;
  const next = extraAt + extraBytes! + commentBytes!;
  if (next > view.byteLength) throw damaged();
  const name = textOf(view, nameAt, nameBytes!);
  const [unpacked, packed, local] = wide(
    view,
    extraAt,
    extraBytes!,
    [24, 20, 42].map((field) => view.getUint32(at + field, true)),
  );
  const [method, flags] = [10, 8].map((field) => view.getUint16(at + field, true));
  return {
    name,
    next,
    local: local!,
    packed: packed!,
    unpacked: unpacked!,
    method: method!,
    encrypted: (flags! & 1) === 1,
  };
}

/** Size, size in the archive and offset of an entry; those that are all ones stand, in this order, in a zip64 field beside. */
function wide(view: DataView, extra: number, extraBytes: number, values: readonly number[]): number[] {
  let field = extra;
  while (field + 4 <= extra + extraBytes && view.getUint16(field, true) !== 1)
    field += 4 + view.getUint16(field + 2, true);
  let at = field + 4;
  return values.map((value) => {
    if (value !== 0xffffffff) return value;
    if (at + 8 > extra + extraBytes) throw damaged();
    at += 8;
    return long(view, at - 8);
  });
}

/** The data of an entry: behind its local header, whose name and extra field have lengths of their own. */
function locate(source: ByteSource, { name, local, packed, unpacked: length, method, encrypted }: Central): ZipEntry {
  if (method !== 0) {
    throw new UserError(
      `got "${quoted(name)}" compressed (method ${method}) in the archive; expected it stored, as PyTorch writes it; save it again with torch.save`,
    );
  }
  if (encrypted) throw new UserError(`got "${quoted(name)}" encrypted; expected plain files`);
  if (packed !== length) throw damaged();
  if (local + sizes.local > source.size) throw beyond(name, source);
  const view = viewOf(source.read(local, sizes.local));
  if (view.getUint32(0, true) !== signatures.local) throw damaged();
  const begin = local + sizes.local + view.getUint16(26, true) + view.getUint16(28, true);
  if (begin + length > source.size) throw beyond(name, source);
  return { begin, length };
}

function beyond(name: string, { size }: ByteSource): UserError {
  return new UserError(`got ${size} bytes, but "${quoted(name)}" of the archive ends beyond them; give the whole file`);
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
