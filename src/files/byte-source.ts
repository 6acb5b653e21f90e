/** Bytes that are read piece by piece, so that a large file is never in memory as a whole. */
export interface ByteSource {
  /** How many bytes there are. */
  readonly size: number;
  /** `length` bytes from `offset` on, in memory of their own. @throws UserError when they are not there. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => {
      if (offset + length > bytes.length)
        throw new RangeError(`got ${bytes.length} bytes; expected ${offset + length}`);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
}
