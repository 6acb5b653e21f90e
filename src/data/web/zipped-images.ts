import { UserError } from "../../errors.js";
import { type ByteSource, checkInside } from "../../files/byte-source.js";
import { type ZipEntry, zipEntries } from "../../files/zip.js";
import { imageName } from "../formats/image-format.js";
import type { PageImage } from "./page-image.js";

/** The most bytes that one image of an archive may have when it is unpacked. */
const maxBytes = 200_000_000;

/**
 * The images in a zip archive. Those that are stored stay where they are, compressed ones are unpacked one at a time.
 * @throws UserError when the archive is damaged, or one of its images is.
 */
export async function* zippedImages(file: File): AsyncGenerator<PageImage> {
  const entries = await entriesOf(file);
  for (const [path, entry] of entries) yield { path, blob: await unpacked(file, path, entry) };
}

/** A part of an archive in memory. */
interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The fixed part of the header of a file in an archive is smaller. */
const largestHeader = 64;

/** Bytes that are missing in memory yet. */
class Missing extends Error {
  constructor(
    readonly offset: number,
    readonly length: number,
  ) {
    super("not in memory yet");
  }
}

/**
 * The entries of an archive of which no more is read than they need: what is missing is fetched, and reading starts
 * again.
 */
async function entriesOf(file: File): Promise<Map<string, ZipEntry>> {
  /** What was read of the archive's end and directory; of the headers of its files only what is asked for is kept. */
  const kept: Piece[] = [];
  const headers = new Map<number, Uint8Array<ArrayBuffer>>();
  let window: Piece | undefined;
  const source: ByteSource = {
    name: file.name,
    size: file.size,
    read(offset, length, what) {
      checkInside(source, offset, length, what);
      const header = headers.get(offset);
      if (header?.length === length) return header;
      const piece = [...kept, ...(window ? [window] : [])].find(
        ({ start, bytes }) => start <= offset && offset + length <= start + bytes.length,
      );
      if (piece === undefined) throw new Missing(offset, length);
      const bytes = new Uint8Array(piece.bytes.subarray(offset - piece.start, offset - piece.start + length));
      if (length <= largestHeader) headers.set(offset, bytes);
      return bytes;
    },
  };
  const wanted = new RegExp(`(?:${imageName.source})`, "i");
  while (true) {
    try {
      return zipEntries(source, wanted);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      const { offset, length } = error;
      const small = length <= largestHeader;
      // A large piece, so that few are needed: the headers of many small files lie in it.
      const end = Math.min(file.size, offset + (small ? 2 ** 22 : length));
      const piece = { start: offset, bytes: new Uint8Array(await file.slice(offset, end).arrayBuffer()) };
      if (small) window = piece;
      else kept.push(piece);
    }
  }
}

async function unpacked(file: File, path: string, { method, offset, length, size }: ZipEntry): Promise<Blob> {
  const packed = file.slice(offset, offset + length);
  if (method === 0) return packed;
  const refuse = (reason: string) => new UserError(`${file.name}: ${path}: ${reason}; pack the archive again`);
  if (method !== 8) throw refuse(`got compression ${method}; expected deflate or none`);
  if (size > maxBytes) throw refuse(`got ${size} bytes; expected at most ${maxBytes}`);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let total = 0;
  const reader = packed.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  while (true) {
    const { done, value } = await reader.read().catch(() => {
      throw refuse("got damaged bytes");
    });
    if (done) break;
    total += value.length;
    if (total > size) throw refuse(`got more than the ${size} bytes that the archive names`);
    pieces.push(value);
  }
  if (total !== size) throw refuse(`got ${total} bytes; expected ${size}`);
  return new Blob(pieces);
}
