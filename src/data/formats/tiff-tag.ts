/** Tags of a TIFF's directory. Source: TIFF 6.0, section 8. */
export const tiffTags = { compression: 259, photometric: 262 } as const;

/**
 * The number under a tag in the first directory of a TIFF; undefined where there is none, or the file is cut short.
 * @param bytes the file, of either byte order; a BigTIFF has no such directory.
 */
export function tiffTag(bytes: Uint8Array, tag: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  if (directory + 2 > bytes.length) return undefined;
  const entries = Array.from({ length: view.getUint16(directory, little) }, (_, i) => directory + 2 + 12 * i);
  const entry = entries.find((at) => at + 12 <= bytes.length && view.getUint16(at, little) === tag);
  return entry === undefined ? undefined : view.getUint16(entry + 8, little);
}
