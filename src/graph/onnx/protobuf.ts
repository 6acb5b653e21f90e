import { Cursor, skipValue, wire } from "./protobuf-cursor.js";

/**
 * Names, axes and attributes come in short lists; a damaged file may claim millions. Tensors have methods of their own.
 */
const longestList = 2 ** 16;

/**
 * One message of a protobuf file. Nothing is decoded before it is asked for: reading a field steps through the fields
 * of the message and over what lies inside them, so that memory is spent on what is used only, and nesting costs
 * nothing. Every method throws Error when the message is damaged where it looks.
 */
export class Message {
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  /** The number in a field; undefined when it is not there. */
  number(field: number): number | undefined {
    let found: number | undefined;
    for (const { type, start } of this.#fields(field)) {
      if (type !== wire.varint) throw mismatch(field);
      found = new Cursor(this.#bytes, start, this.#end).varint();
    }
    return found;
  }

  /** The single-precision number in a field; undefined when it is not there. */
  float(field: number): number | undefined {
    return this.floats(field).at(-1);
  }

  /** The bytes in a field, not copied; undefined when it is not there. */
  bytes(field: number): Uint8Array | undefined {
    let found: Uint8Array | undefined;
    for (const { type, start, end } of this.#fields(field)) found = this.#view(field, type, start, end);
    return found;
  }

  /** The text in a field; empty when it is not there. */
  text(field: number): string {
    const bytes = this.bytes(field);
    return bytes === undefined ? "" : new TextDecoder().decode(bytes);
  }

  /** The texts of a short repeated field. */
  texts(field: number): string[] {
    return this.views(field).map((bytes) => new TextDecoder().decode(bytes));
  }

  /** The byte strings of a short repeated field, not copied. */
  views(field: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (const { type, start, end } of this.#fields(field)) {
      this.#add(found, this.#view(field, type, start, end));
    }
    return found;
  }

  #add<T>(list: T[], entry: T): void {
    if (list.length >= longestList) throw new Error(`it has a list of more than ${longestList} entries`);
    list.push(entry);
  }

  /** The message in a field that occurs at most once; undefined when it is not there. */
  message(field: number): Message | undefined {
    let found: Message | undefined;
    for (const message of this.messages(field)) {
      if (found !== undefined) throw new Error(`it has field ${field} twice, which may occur once`);
      found = message;
    }
    return found;
  }

  /** The messages of a repeated field, one after the other. */
  *messages(field: number): Generator<Message> {
    for (const { type, start, end } of this.#fields(field)) {
      if (type !== wire.bytes) throw mismatch(field);
      yield new Message(this.#bytes, start, end);
    }
  }

  /** The whole numbers of a short repeated field, rounded beyond 2^53. */
  numbers(field: number): number[] {
    const found: number[] = [];
    this.#varints(field, (cursor) => this.#add(found, cursor.varint()));
    return found;
  }

  /** The whole numbers of a repeated field of any length, cut to 32 bits. */
  int32s(field: number): Int32Array {
    const found = new Int32Array(this.#count(field));
    let at = 0;
    this.#varints(field, (cursor) => {
      cursor.varint();
      found[at++] = cursor.low;
    });
    return found;
  }

  /** The whole numbers of a repeated field of any length, exactly. */
  int64s(field: number): BigInt64Array {
    const halves = new Uint32Array(2 * this.#count(field));
    let at = 0;
    this.#varints(field, (cursor) => {
      cursor.varint();
      halves[at++] = cursor.low;
      halves[at++] = cursor.high;
    });
    return new BigInt64Array(halves.buffer);
  }

  /** The single-precision numbers of a repeated field of any length. */
  floats(field: number): Float32Array {
    return new Float32Array(this.#fixed(field, wire.fixed32, 4));
  }

  /** The double-precision numbers of a repeated field of any length. */
  doubles(field: number): Float64Array {
    return new Float64Array(this.#fixed(field, wire.fixed64, 8));
  }

  #count(field: number): number {
    let count = 0;
    this.#varints(field, (cursor) => {
      cursor.varint();
      count++;
    });
    return count;
  }

  /** Steps through every number of a repeated field, packed or not. */
  #varints(field: number, read: (cursor: Cursor) => void): void {
    for (const { type, start, end } of this.#fields(field)) {
      if (type !== wire.varint && type !== wire.bytes) throw mismatch(field);
      const cursor = new Cursor(this.#bytes, start, end);
      while (cursor.at < end) read(cursor);
    }
  }

  /** The bytes of all numbers of fixed size in a field, packed or not, in one piece. */
  #fixed(field: number, single: number, size: number): ArrayBuffer {
    let length = 0;
    for (const { type, start, end } of this.#fields(field)) {
      if ((type !== single && type !== wire.bytes) || (end - start) % size !== 0) throw mismatch(field);
      length += end - start;
    }
    const joined = new Uint8Array(length);
    let at = 0;
    for (const { start, end } of this.#fields(field)) {
      joined.set(this.#bytes.subarray(start, end), at);
      at += end - start;
    }
    return joined.buffer;
  }

  #view(field: number, type: number, start: number, end: number): Uint8Array {
    if (type !== wire.bytes) throw mismatch(field);
    return this.#bytes.subarray(start, end);
  }

  /** Where the values of one field lie, in their order. */
  *#fields(wanted: number): Generator<{ type: number; start: number; end: number }> {
    const cursor = new Cursor(this.#bytes, this.#start, this.#end);
    while (cursor.at < this.#end) {
      const tag = cursor.varint();
      const [field, type] = [Math.floor(tag / 8), tag & 7];
      const start = skipValue(cursor, type);
      if (field < 1) throw new Error("it is damaged: it has a field without a number");
      if (field === wanted) yield { type, start, end: cursor.at };
    }
  }
}

function mismatch(field: number): Error {
  return new Error(`it is damaged: field ${field} is stored in another way than it should be`);
}
