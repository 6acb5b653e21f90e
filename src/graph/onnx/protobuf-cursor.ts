/**
 * Reads the varints of one stretch of bytes, one after the other; `low` and `high` are the halves of the last one.
 * Source: https://protobuf.dev/programming-guides/encoding.
 */
export class Cursor {
  low = 0;
  high = 0;
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
    readonly end: number,
  ) {}

  /** The next varint as a signed 64-bit number, rounded beyond 2^53 (`low` and `high` hold all of it). */
  varint(): number {
    const first = this.bytes[this.at]!;
    if (first < 128 && this.at < this.end) {
      this.at++;
      this.low = first;
      this.high = 0;
      return first;
    }
    let [low, high] = [0, 0];
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.end || shift > 63) throw new Error("it is cut short or damaged in a number");
      const byte = this.bytes[this.at++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) [low, high] = [low | (bits << 28), bits >> 4];
      else high |= bits << (shift - 32);
      if (byte < 128) break;
    }
    this.low = low >>> 0;
    this.high = high | 0;
    return this.high * 2 ** 32 + this.low;
  }

  /** Steps over `length` bytes and returns where they began. */
  skip(length: number): number {
    if (length < 0 || length > this.end - this.at) {
      throw new Error(`it is cut short: a field of ${length} bytes has ${this.end - this.at} left`);
    }
    const start = this.at;
    this.at += length;
    return start;
  }
}

/** How a field is stored. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Steps over one value and returns where its content begins. */
export function skipValue(cursor: Cursor, type: number): number {
  const start = cursor.at;
  if (type === wire.varint) cursor.varint();
  else if (type === wire.bytes) return cursor.skip(cursor.varint());
  else if (type === wire.fixed32) cursor.skip(4);
  else if (type === wire.fixed64) cursor.skip(8);
  else throw new Error(`it is damaged: it has a field of kind ${type}`);
  return start;
}
