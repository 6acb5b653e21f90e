import { UserError } from "../errors.js";
import type { ByteSource } from "./tar.js";

/** A file inside a zip archive. */
export interface ZipEntry {
  readonly path: string;
  /** How it is stored: 0 as it is, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header starts. */
  readonly header: number;
}

/**
 * The files of a zip archive, by its directory at the end; folders are left out.
 * Source: PKWARE, APPNOTE.TXT 6.3.10, §4.3.12 to §4.3.16, with ZIP64.
 * @throws UserError when it is no zip archive, or cut short.
 */
export function* zipEntries(archive: ByteSource): Generator<ZipEntry, void, undefined> {
  const { source } = archive;
  const { count, size, offset } = directoryOf(archive);
  const bytes = archive.read(offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw damaged(source);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const path = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength!));
    const extra = bytes.subarray(at + 46 + nameLength!, at + 46 + nameLength! + extraLength!);
    const fields = [24, 20, 42].map((place) => view.getUint32(at + place, true));
    const [unpacked, packed, header] = widened(fields, extra, source);
    const [method, crc32] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    if (!path.endsWith("/")) yield { path, method, crc32, packed: packed!, size: unpacked!, header: header! };
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
}

/** Where the packed bytes of an entry start: behind its own header, whose length the directory does not tell. */
export function contentOffset({ header }: ZipEntry, archive: ByteSource): number {
  const bytes = archive.read(header, 30);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || view.getUint32(0, true) !== 0x04034b50) throw damaged(archive.source);
  return header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

function damaged(source: string): UserError {
  return new UserError(`${source}: got a damaged zip archive; expected a complete one; fetch it again`);
}

function directoryOf(archive: ByteSource): { count: number; size: number; offset: number } {
  const start = Math.max(0, archive.size - 22 - 65_535); // a comment may follow
  const tail = archive.read(start, archive.size - start);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw damaged(archive.source);
  const found = {
    count: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
  };
  const wide = found.count === 0xffff || found.size === 0xffffffff || found.offset === 0xffffffff;
  const directory = wide ? wideDirectoryOf(archive, view, end) : found;
  if (directory.offset + directory.size > archive.size) throw damaged(archive.source);
  return directory;
}

/** The directory's place in a ZIP64 archive, which a record before the last one points to. */
function wideDirectoryOf(archive: ByteSource, tail: DataView, end: number) {
  if (end < 20 || tail.getUint32(end - 20, true) !== 0x07064b50) throw damaged(archive.source);
  const bytes = archive.read(Number(tail.getBigUint64(end - 12, true)), 56);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 56 || view.getUint32(0, true) !== 0x06064b50) throw damaged(archive.source);
  const [count, size, offset] = [32, 40, 48].map((place) => Number(view.getBigUint64(place, true)));
  return { count: count!, size: size!, offset: offset! };
}

/** Fields whose 32 bits are all set stand in the extra field, in order, with 64. */
function widened(fields: readonly number[], extra: Uint8Array, source: string): number[] {
  if (!fields.includes(0xffffffff)) return [...fields];
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return fields.map((field) => {
      if (field !== 0xffffffff) return field;
      if (next + 8 > extra.length) throw damaged(source);
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  throw damaged(source);
}
