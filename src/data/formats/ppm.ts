import type { Pixels } from "../augment/pixels.js";
import { checkExtent, cutShort } from "./extent-limit.js";

/** How the samples of a kind lie: as text or bytes, bits or numbers. */
interface Kind {
  readonly text: boolean;
  readonly channels: 1 | 3;
  readonly bits: boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  1: { text: true, channels: 1, bits: true },
  2: { text: true, channels: 1, bits: false },
  3: { text: true, channels: 3, bits: false },
  4: { text: false, channels: 1, bits: true },
  5: { text: false, channels: 1, bits: false },
  6: { text: false, channels: 3, bits: false },
};

/**
 * A PBM, PGM or PPM, as text or bytes, in grey or colour. Grey of more than 256 levels becomes white above 255 of 65535,
 * as PIL converts it.
 * Source: netpbm's formats; PIL in what they leave open.
 * @throws Error when it is damaged, or cut short.
 */
export function decodePpm(bytes: Uint8Array): Pixels {
  const kind = kinds[String.fromCharCode(bytes[1]!)]!;
  const reader = new Tokens(bytes, 2);
  const [width, height] = [reader.number(), reader.number()];
  checkExtent(width, height);
  const most = kind.bits ? 1 : reader.number();
  if (most < 1 || most > 65535) throw new Error(`got samples up to ${most}, where 1 to 65535 are read`);
  const samples = width * height * kind.channels;
  // Nothing is made for a file that is too short for what it claims.
  const left = bytes.length - reader.at;
  const room = kind.bits
    ? kind.text
      ? samples
      : Math.ceil(width / 8) * height
    : samples * (kind.text || most > 255 ? 2 : 1);
  if (left < (kind.text && !kind.bits ? room - 1 : room)) throw cutShort();
  const data = kind.bits
    ? (kind.text ? textBits : packedBits)(bytes, reader.at, width, height)
    : numbers(bytes, reader, samples, kind, levels(most, kind.channels));
  return { data, width, height, channels: kind.channels };
}

/** The byte of each sample from 0 to `most`, half-way ones to the even neighbour, as Python rounds. */
function levels(most: number, channels: 1 | 3): Uint8Array {
  const whole = most > 255 && channels === 1 ? 65535 : 255;
  return Uint8Array.from({ length: most + 1 }, (_, value) => {
    const exact = (value / most) * whole;
    const down = Math.floor(exact);
    const up = exact - down > 0.5 || (exact - down === 0.5 && down % 2 === 1);
    return Math.min(255, up ? down + 1 : down);
  });
}

function numbers(bytes: Uint8Array, reader: Tokens, samples: number, { text }: Kind, level: Uint8Array): Uint8Array {
  const most = level.length - 1;
  const data = new Uint8Array(samples);
  for (let i = 0, at = reader.at; i < samples; i++) {
    let value: number;
    if (text) {
      value = reader.number();
      if (value > most) throw new Error(`got a sample of ${value}, where ${most} is the greatest`);
    } else {
      value = most < 256 ? bytes[at++]! : bytes[at++]! * 256 + bytes[at++]!;
    }
    data[i] = level[Math.min(most, value)]!;
  }
  return data;
}

/** 1 is black. */
function packedBits(bytes: Uint8Array, start: number, width: number, height: number): Uint8Array {
  const stride = Math.ceil(width / 8);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    return (bytes[start + Math.floor(i / width) * stride + (x >> 3)]! >> (7 - (x & 7))) & 1 ? 0 : 255;
  });
}

function textBits(bytes: Uint8Array, start: number, width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height);
  const tokens = new Tokens(bytes, start);
  for (let i = 0; i < data.length; i++) {
    const digit = tokens.next();
    if (digit !== 48 && digit !== 49) throw new Error("got other than 0 and 1 among the pixels");
    data[i] = digit === 49 ? 0 : 255;
  }
  return data;
}

const isSpace = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);

/** Reads numbers in digits with white space and comments between. */
class Tokens {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The next number; one byte of white space behind it is taken too. */
  number(): number {
    let value = 0;
    for (let byte = this.next(), digits = 1; ; digits++) {
      if (byte < 48 || byte > 57 || digits > 10) throw new Error("got no number where one was expected");
      value = value * 10 + byte - 48;
      if (this.at === this.#bytes.length) return value;
      byte = this.#bytes[this.at++]!;
      if (isSpace(byte)) return value;
    }
  }

  /** The next byte that is neither white space nor part of a comment. */
  next(): number {
    while (this.at < this.#bytes.length) {
      const byte = this.#bytes[this.at++]!;
      if (byte === 35) {
        while (this.at < this.#bytes.length && this.#bytes[this.at] !== 10 && this.#bytes[this.at] !== 13) this.at++;
      } else if (!isSpace(byte)) return byte;
    }
    throw cutShort();
  }
}
