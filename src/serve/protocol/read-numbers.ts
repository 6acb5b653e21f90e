import { arrayType, elements, type Tensor } from "../../graph/tensor.js";
import { refuse } from "../refusal.js";
import { type Datatype, heldAs } from "./datatypes.js";

// The text of a tensor is read where it lies, byte by byte, into the array that the engine is fed: no text, no list of
// numbers and no object is made of it. What JSON allows is allowed, to the letter.

/** A part of a text: from its first byte to the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The powers of ten that a double holds exactly. */
const tens = Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Digits that a double holds whatever they are. */
const exactDigits = 15;

/** How far a double computed of 15 + 15 digits may be from the number, as a factor: a few of its last bits, and more. */
const slack = 2 ** -49;

const ranges: Readonly<Partial<Record<Datatype, readonly [number, number]>>> = {
  UINT8: [0, 255],
  INT8: [-128, 127],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
};

/**
 * Reads the `data` of a tensor: numbers (booleans for BOOL) in one list, or in lists as its shape nests them.
 * @param bytes of a JSON text. @param span the list in it, brackets included.
 * @throws Refusal where it is no JSON, or does not fit the type or the shape.
 */
export function readNumbers(bytes: Uint8Array, span: Span, datatype: Datatype, shape: readonly number[]): Tensor {
  const { dtype } = heldAs(datatype);
  const count = elements(shape);
  // No more memory than a text of that length can fill.
  if (count > span.end - span.start) refuse(`got fewer than ${count} numbers; expected them for [${shape.join(", ")}]`);
  const data = new (arrayType(dtype))(count);
  const reader = new NumberReader(bytes, span.end, datatype);
  readLists(reader, span.start, data as Float32Array, shape);
  return { dtype, shape, data } as Tensor;
}

/** Walks the lists and puts their numbers into `data`. */
function readLists(reader: NumberReader, start: number, data: Float32Array, shape: readonly number[]): void {
  const { bytes, end } = reader;
  const rank = shape.length;
  const misfit = (what: string) => refuse(`got ${what} in data; expected numbers for [${shape.join(", ")}]`);
  /** How many entries the open list of each depth has. */
  const entries = new Array<number>(rank + 2).fill(0);
  let [depth, deepest, filled, at] = [0, 0, 0, start];
  /** Whether an entry may come now, and whether one must. */
  let [mayEnter, mustEnter] = [true, true];
  while (at < end) {
    const c = bytes[at]!;
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) {
      at++;
    } else if (c === 0x2c) {
      if (mayEnter || depth === 0) misfit("a comma too many");
      mayEnter = mustEnter = true;
      at++;
    } else if (c === 0x5d) {
      if (depth === 0 || (mustEnter && entries[depth]! > 0)) misfit("a comma or bracket too many");
      if (deepest > 1 && entries[depth] !== shape[depth - 1]) misfit(`a list of ${entries[depth]}`);
      depth--;
      [mayEnter, mustEnter] = [false, false];
      at++;
    } else if (!mayEnter) {
      misfit("no comma between two entries");
    } else if (c === 0x5b) {
      if (depth > 0) entries[depth]!++;
      depth++;
      // Numbers have all come at one depth.
      if (depth > Math.max(1, rank) || (filled > 0 && depth > deepest)) misfit("lists in lists");
      if (depth > deepest) deepest = depth;
      entries[depth] = 0;
      mustEnter = false;
      at++;
    } else {
      if (depth !== deepest || (depth !== 1 && depth !== rank)) misfit("numbers beside lists");
      if (filled === data.length) misfit(`more than ${data.length} numbers`);
      at = reader.read(at, data, filled++);
      entries[depth]!++;
      [mayEnter, mustEnter] = [false, false];
    }
  }
  if (depth > 0) misfit("a list without its end");
  if (filled !== data.length) misfit(`${filled} of ${data.length} numbers`);
}

/** Reads single numbers, as JSON writes them. */
class NumberReader {
  readonly #isFloat: boolean;
  readonly #isSingle: boolean;
  readonly #range: readonly [number, number] | undefined;

  constructor(
    readonly bytes: Uint8Array,
    readonly end: number,
    readonly datatype: Datatype,
  ) {
    this.#isFloat = datatype.startsWith("FP");
    this.#isSingle = datatype === "FP32";
    this.#range = ranges[datatype];
  }

  /** Puts the number at a place of the text into an array. @returns the place behind it. */
  read(start: number, into: Float32Array, index: number): number {
    if (this.datatype === "BOOL") return this.#readBool(start, into, index);
    const { bytes } = this;
    let at = start;
    const negative = bytes[at] === 0x2d;
    if (negative) at++;
    const first = at;
    // Fifteen digits in `high`, the next fifteen in `low`; those behind them move no bit of a single-precision number.
    let [high, low, kept, lowKept, exponent] = [0, 0, 0, 0, 0];
    let whole = true;
    for (;;) {
      const digit = bytes[at]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) {
        if (at === first || (at - first > 1 && bytes[first] === 0x30 && whole)) this.#refuse(start);
        if (bytes[at] !== 0x2e || !whole) break;
        whole = false;
        at++;
        if (!(bytes[at]! >= 0x30 && bytes[at]! <= 0x39)) this.#refuse(start);
        continue;
      }
      if (kept < exactDigits) {
        high = high * 10 + digit;
        if (high > 0) kept++;
        if (!whole) exponent--;
      } else if (lowKept < exactDigits) {
        low = low * 10 + digit;
        lowKept++;
        if (!whole) exponent--;
      } else if (whole) {
        exponent++;
      }
      at++;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      const sign = bytes[at];
      if (sign === 0x2b || sign === 0x2d) at++;
      const digits = at;
      let power = 0;
      for (; bytes[at]! >= 0x30 && bytes[at]! <= 0x39; at++) power = Math.min(9999, power * 10 + bytes[at]! - 0x30);
      if (at === digits) this.#refuse(start);
      exponent += sign === 0x2d ? -power : power;
    }
    if (at > this.end) this.#refuse(start);
    const value = this.#valueOf(start, at, { high, low, lowKept, exponent });
    this.#store(negative ? -value : value, start, at, into, index);
    return at;
  }

  /** The size of a number of these digits, as `Number` would give it, or what rounds to the same float32. */
  #valueOf(
    start: number,
    end: number,
    { high, low, lowKept, exponent }: Readonly<Record<"high" | "low" | "lowKept" | "exponent", number>>,
  ): number {
    const size = Math.abs(exponent);
    if (size < tens.length) {
      if (lowKept === 0) return exponent < 0 ? high / tens[size]! : high * tens[size]!;
      if (this.#isSingle) {
        const digits = high * tens[lowKept]! + low;
        const near = exponent < 0 ? digits / tens[size]! : digits * tens[size]!;
        if (Math.fround(near * (1 - slack)) === Math.fround(near * (1 + slack))) return near;
      }
    }
    return Math.abs(Number(this.#text(start, end)));
  }

  #store(value: number, start: number, end: number, into: Float32Array | BigInt64Array, index: number): void {
    if (this.#isFloat) {
      into[index] = value;
      if (!Number.isFinite(into[index] as number)) this.#refuse(start);
      return;
    }
    if (!Number.isInteger(value)) this.#refuse(start);
    if (this.datatype === "INT64") {
      const whole = Number.isSafeInteger(value) ? BigInt(value) : this.#bigOf(start, end);
      if (BigInt.asIntN(64, whole) !== whole) this.#refuse(start);
      (into as BigInt64Array)[index] = whole;
      return;
    }
    const [least, most] = this.#range!;
    if (value < least || value > most) this.#refuse(start);
    into[index] = value;
  }

  /** @throws Refusal for one that is not written as a plain whole number: it has lost digits. */
  #bigOf(start: number, end: number): bigint {
    const text = this.#text(start, end);
    return /^-?\d+$/.test(text) ? BigInt(text) : this.#refuse(start);
  }

  #readBool(start: number, into: Float32Array, index: number): number {
    for (const [word, value] of [["true", 1] as const, ["false", 0] as const]) {
      if (this.#text(start, start + word.length) !== word) continue;
      into[index] = value;
      return start + word.length;
    }
    return this.#refuse(start);
  }

  #text(start: number, end: number): string {
    return String.fromCharCode(...this.bytes.subarray(start, Math.min(end, this.end)));
  }

  #refuse(start: number): never {
    const [text] = this.#text(start, start + 24).split(/[,\]\s]/);
    const what = this.datatype === "BOOL" ? "true or false" : `a number of ${this.datatype}`;
    return refuse(`got ${JSON.stringify(text)} in data; expected ${what}`);
  }
}
