import { UserError } from "../errors.js";

/** Bytes that are read piece by piece, so that a large file is never in memory as a whole. */
export interface ByteSource {
  /** What error messages call it. */
  readonly name: string;
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Reads `length` bytes from `offset` on, into memory of their own.
   * @param what they hold, for the error message.
   * @throws UserError when the source ends before them.
   */
  read(offset: number, length: number, what?: string): Uint8Array<ArrayBuffer>;
}

/**
 * Bytes in memory as a source.
 * @example
 * ```ts
 * import { memorySource } from "senet/weights";
 *
 * console.log(memorySource(Uint8Array.of(1, 2, 3), "three bytes").read(1, 2)); // Uint8Array(2) [ 2, 3 ]
 * ```
 */
export function memorySource(bytes: Uint8Array, name = "bytes"): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    read(offset, length, what) {
      checkInside(source, offset, length, what);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
  return source;
}

/**
 * The same bytes, fetched at least `least` at a time: what lies close together, such as the headers of an archive and
 * the small files behind them, then costs one fetch.
 */
export function buffered(source: ByteSource, least = 2048): ByteSource {
  let [start, window] = [0, new Uint8Array(0)];
  return {
    name: source.name,
    size: source.size,
    read(offset, length, what) {
      if (offset < start || offset + length > start + window.length) {
        const fetched = Math.max(length, Math.min(least, source.size - offset));
        [start, window] = [offset, source.read(offset, fetched, what)];
      }
      return window.slice(offset - start, offset - start + length);
    },
  };
}

/** @throws UserError when a source ends before the bytes that are asked for. */
export function checkInside({ name, size }: ByteSource, offset: number, length: number, what = "more"): void {
  if (offset + length <= size) return;
  throw new UserError(
    `${name} has ${size} bytes; expected ${what} in it up to byte ${offset + length}; give the whole file`,
  );
}
