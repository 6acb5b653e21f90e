import { UserError } from "../errors.js";
import type { NamedBytes } from "../files/named-bytes.js";

/** An array of bytes with its sizes, outermost first. */
export interface IdxArray {
  readonly sizes: readonly number[];
  readonly values: Uint8Array;
}

/** What the magic numbers of the MNIST files stand for. */
const contents = new Map([
  [0x00000801, "labels"],
  [0x00000803, "images"],
]);

/**
 * Reads an IDX file of bytes: a big-endian magic number 0x000008RR with the rank RR, one 32-bit size per dimension,
 * then the values.
 * Source: LeCun et al., http://yann.lecun.com/exdb/mnist, "File formats".
 * @param rank the expected number of dimensions: 1 for labels [N], 3 for images [N, H, W].
 * @returns views of the bytes given, not copies.
 * @throws UserError for another magic number, and when the sizes and the length of the file disagree.
 */
export function parseIdx({ bytes, source }: NamedBytes, rank: 1 | 3): IdxArray {
  const header = 4 + 4 * rank;
  const expectedMagic = 0x00000800 + rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== expectedMagic) {
    throw new UserError(
      `${source}: got magic number ${describeMagic(view.getUint32(0))}; expected ${describeMagic(expectedMagic)}`,
    );
  }
  if (bytes.length < header) {
    throw new UserError(`${source}: got ${bytes.length} bytes; expected a header of ${header}; is the file truncated?`);
  }
  const sizes = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const length = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== header + length) {
    throw new UserError(
      `${source}: got ${bytes.length} bytes; expected ${header + length}, a header of ${header} and ` +
        `${sizes.join(" × ")} values; is the file truncated?`,
    );
  }
  return { sizes, values: bytes.subarray(header) };
}

function describeMagic(magic: number): string {
  const hex = `0x${magic.toString(16).padStart(8, "0")}`;
  if (magic >>> 16 === 0x1f8b) return `${hex} (gzip: give the file a name that ends in .gz)`;
  const content = contents.get(magic);
  return content === undefined ? hex : `${hex} (${content})`;
}
