import { crc32 } from "node:zlib";
import type { ByteSource } from "./byte-source.js";

/** What {@link bytes} puts in a row: text as ASCII, numbers as bytes. */
export type Piece = string | number | readonly number[] | Uint8Array;

/** Bytes one after the other: text as ASCII, numbers as bytes. */
export function bytes(...pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => {
      if (typeof piece === "string") return Buffer.from(piece, "latin1");
      return typeof piece === "number" ? Uint8Array.of(piece) : Uint8Array.from(piece);
    }),
  );
}

/** A number of that many bytes, low byte first. */
export function little(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}

/** A file of a zip archive, and how it is to differ from what it should be. */
export interface ZipFile {
  readonly path: string;
  /** As it lies in the archive. */
  readonly content: Uint8Array;
  readonly method?: number;
  /** Of the content before it was packed. */
  readonly size?: number;
  readonly crc?: number;
  readonly flags?: number;
  /** Where its local header is. */
  readonly local?: number;
}

/** How an archive is to be written. */
export interface ZipForm {
  /** With the records of ZIP64, as archives of more than 65,535 files have. */
  readonly wide?: boolean;
  /** How many files it claims to have. */
  readonly claimed?: number;
}

/** A zip archive, by the specification. */
export function buildZip(
  files: readonly ZipFile[],
  { wide = false, claimed = files.length }: ZipForm = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const { path, content, method = 0, flags = 0, crc = crc32(content), ...stated } of files) {
    const { size = content.length, local = at } = stated;
    const sizes = [little(crc, 4), little(content.length, 4), little(size, 4), little(path.length, 2)];
    const common = bytes(little(flags, 2), little(method, 2), little(0, 4), ...sizes);
    const extra = wide ? bytes(little(1, 2), little(8, 2), little(local, 8)) : bytes();
    const entry = bytes("PK\x03\x04", little(20, 2), common, little(0, 2), path, content);
    const place = little(wide ? 2 ** 32 - 1 : local, 4);
    const versions = [little(20, 2), little(20, 2)];
    central.push(bytes("PK\x01\x02", ...versions, common, little(extra.length, 2), little(0, 10), place, path, extra));
    parts.push(entry);
    at += entry.length;
  }
  const directory = bytes(...central);
  return bytes(...parts, directory, ...endOf(claimed, directory.length, at, wide));
}

/** The records behind the directory. */
function endOf(count: number, length: number, offset: number, wide: boolean): Uint8Array[] {
  const record = (...fields: readonly number[][]) => bytes("PK\x05\x06", little(0, 4), ...fields, little(0, 2));
  if (!wide) return [record(little(count, 2), little(count, 2), little(length, 4), little(offset, 4))];
  const counts = [count, count, length, offset].map((value) => little(value, 8));
  return [
    bytes("PK\x06\x06", little(44, 8), little(45, 2), little(45, 2), little(0, 8), ...counts),
    bytes("PK\x06\x07", little(0, 4), little(offset + length, 8), little(1, 4)),
    record(...[2, 2, 4, 4].map((width) => little(2 ** (8 * width) - 1, width))),
  ];
}

/** A file of any size with those bytes at those places, and zeros between. */
function sparse(pieces: ReadonlyMap<number, Uint8Array>): ByteSource {
  const size = Math.max(...Array.from(pieces, ([at, piece]) => at + piece.length));
  const read = (offset: number, length: number) => {
    if (length > 2 ** 26) throw new Error(`got ${length} bytes to read; expected little`);
    const into = new Uint8Array(length);
    for (const [at, piece] of pieces) {
      for (let i = Math.max(0, offset - at); i < piece.length && at + i < offset + length; i++) {
        into[at + i - offset] = piece[i]!;
      }
    }
    return into;
  };
  return { name: "sparse.zip", size, read };
}

/** A file at some place of an archive. */
export interface PlacedFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly at: number;
  /** What the archive says its length is. */
  readonly length?: number;
}

/**
 * An archive of ZIP64 with files at any places: sizes and offsets stand in fields of eight bytes. Its source refuses to
 * read much at a time.
 */
export function sparseZip64(files: readonly PlacedFile[], directoryAt: number): ByteSource {
  const pieces = new Map<number, Uint8Array>();
  const central = files.map(({ path, content, at, length = content.length }) => {
    const common = [little(0, 12), little(2 ** 32 - 1, 4), little(2 ** 32 - 1, 4), little(path.length, 2)];
    pieces.set(at, bytes("PK\x03\x04", little(45, 2), ...common, little(0, 2), path, content));
    const other = bytes(little(0xcafe, 2), little(2, 2), "ab"); // a field of somebody else
    const wide = bytes(little(1, 2), little(24, 2), little(length, 8), little(length, 8), little(at, 8));
    const extra = bytes(other, wide);
    return bytes(
      "PK\x01\x02",
      little(45, 2),
      little(45, 2),
      ...common,
      little(extra.length, 2),
      little(0, 10),
      little(2 ** 32 - 1, 4),
      path,
      extra,
    );
  });
  const directory = bytes(...central);
  const end = directoryAt + directory.length;
  const counts = [
    little(files.length, 8),
    little(files.length, 8),
    little(directory.length, 8),
    little(directoryAt, 8),
  ];
  pieces.set(directoryAt, directory);
  pieces.set(end, bytes("PK\x06\x06", little(44, 8), little(45, 2), little(45, 2), little(0, 8), ...counts));
  pieces.set(end + 56, bytes("PK\x06\x07", little(0, 4), little(end, 8), little(1, 4)));
  const ones = [little(0xffff, 2), little(0xffff, 2), little(2 ** 32 - 1, 4), little(2 ** 32 - 1, 4)];
  pieces.set(end + 76, bytes("PK\x05\x06", little(0, 4), ...ones, little(0, 2)));
  return sparse(pieces);
}
