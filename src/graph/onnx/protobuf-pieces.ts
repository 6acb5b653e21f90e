// Messages of protobuf put together from pieces, which may be large and are not copied.

/** A field of a message that holds bytes: its number and kind, its length, the bytes. */
export function field(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, { length }) => sum + length, 0);
  return [Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]), ...pieces];
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
