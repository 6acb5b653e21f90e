import { UserError } from "../../errors.js";
import type { ByteSource } from "../../files/byte-source.js";

/** Bytes fetched at a time. */
const WINDOW = 2 ** 16;

/** The longest text or byte string that is read. */
const LONGEST_TEXT = 2 ** 24;

/** Names of modules are short. */
const LONGEST_LINE = 1024;

/** Reads the bytes of a pickle one after the other, out of a source of which it holds a small window. */
export class PickleCursor {
  readonly #source: ByteSource;
  readonly #end: number;
  #window = new DataView(new ArrayBuffer(0));
  #start = 0;

  /** @param at where to begin. @param end the byte that is no longer part of it. */
  constructor(
    source: ByteSource,
    public at: number,
    end: number,
  ) {
    this.#source = source;
    this.#end = end;
  }

  byte(): number {
    return this.#take(1).getUint8(this.#last(1));
  }

  uint16(): number {
    return this.#take(2).getUint16(this.#last(2), true);
  }

  int32(): number {
    return this.#take(4).getInt32(this.#last(4), true);
  }

  uint32(): number {
    return this.#take(4).getUint32(this.#last(4), true);
  }

  /** Rounded beyond 2^53: a length of which no file has so many bytes. */
  uint64(): number {
    return Number(this.#take(8).getBigUint64(this.#last(8), true));
  }

  /** The only number in a pickle with its bytes in the other order. */
  float64(): number {
    return this.#take(8).getFloat64(this.#last(8), false);
  }

  /** A copy of the next bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    if (length > LONGEST_TEXT) throw new UserError(`got a text of ${length} bytes; expected ${LONGEST_TEXT} at most`);
    const { buffer, byteOffset } = this.#take(length);
    const start = byteOffset + this.#last(length);
    return new Uint8Array((buffer as ArrayBuffer).slice(start, start + length));
  }

  text(length: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes(length));
    } catch (error) {
      throw error instanceof UserError ? error : new UserError("got a text that is not UTF-8; give the whole file");
    }
  }

  /** A text up to the end of its line. */
  line(): string {
    const bytes: number[] = [];
    for (let byte = this.byte(); byte !== 0x0a; byte = this.byte()) {
      if (bytes.push(byte) > LONGEST_LINE) throw new UserError("got a line without an end; give the whole file");
    }
    return String.fromCharCode(...bytes);
  }

  /** Makes sure that the next bytes are in the window, and steps over them. */
  #take(length: number): DataView {
    if (length > this.#end - this.at) {
      throw new UserError(`got a pickle that ends inside a value, at byte ${this.#end}; give the whole file`);
    }
    if (this.at < this.#start || this.at + length > this.#start + this.#window.byteLength) {
      const fetched = Math.min(Math.max(length, WINDOW), this.#end - this.at);
      this.#window = new DataView(this.#source.read(this.at, fetched).buffer);
      this.#start = this.at;
    }
    this.at += length;
    return this.#window;
  }

  /** Where in the window the bytes lie that were just stepped over. */
  #last(length: number): number {
    return this.at - length - this.#start;
  }
}
