import type { Pixels } from "../augment/pixels.js";
import { checkExtent, cutShort } from "./extent-limit.js";

/** The first frame of a GIF, as its blocks say. */
interface Frame {
  /** Of the whole image, of which the frame may be a part. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly wide: number;
  readonly high: number;
  readonly interlaced: boolean;
  /** Of 256 colours, red, green and blue. */
  readonly palette: Uint8Array;
  /** The index of the colour that lies where the frame does not. */
  readonly outside: number;
  /** Where the frame's code size stands, and its codes follow. */
  readonly at: number;
}

/**
 * The first frame of a GIF in its colours. Transparent pixels have the colour of their index, and where the frame does
 * not cover the image, that of the transparent index, or else of the first.
 * Source: GIF89a; PIL in what the format leaves open.
 * @throws Error when it is damaged, or cut short.
 */
export function decodeGif(bytes: Uint8Array): Pixels {
  const frame = readFrame(bytes);
  const { width, height, left, top, wide, high, palette } = frame;
  checkExtent(width, height);
  const data = new Uint8Array(width * height * 3);
  if (wide < width || high < height) fill(data, palette.subarray(3 * frame.outside, 3 * frame.outside + 3));
  const indices = new Uint8Array(wide * high);
  decompress(bytes, frame.at, indices);
  const rows = frame.interlaced ? interlacedRows(high) : undefined;
  for (let row = 0, from = 0; row < high; row++) {
    let to = ((top + (rows?.[row] ?? row)) * width + left) * 3;
    for (let x = 0; x < wide; x++, to += 3) {
      const colour = 3 * indices[from++]!;
      data[to] = palette[colour]!;
      data[to + 1] = palette[colour + 1]!;
      data[to + 2] = palette[colour + 2]!;
    }
  }
  return { data, width, height, channels: 3 };
}

function fill(data: Uint8Array, colour: Uint8Array): void {
  if (colour.every((value) => value === 0)) return;
  for (let i = 0; i < data.length; i += 3) data.set(colour, i);
}

/** The colours of an image without a palette, or with one that says the same of as many as it has. */
const greys = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));

function readFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const byte = (at: number) => {
    if (at < bytes.length) return bytes[at]!;
    throw cutShort();
  };
  const word = (at: number) => byte(at) + 256 * byte(at + 1);
  const colours = (flags: number, at: number): readonly [Uint8Array | undefined, number] => {
    if ((flags & 128) === 0) return [undefined, at];
    const end = at + (6 << (flags & 7));
    if (end > view.byteLength) throw cutShort();
    const given = bytes.subarray(at, end);
    if (given.every((value, i) => value === greys[i])) return [greys, end];
    const palette = new Uint8Array(768);
    palette.set(given);
    return [palette, end];
  };
  let [palette, at] = colours(byte(10), 13);
  let transparent: number | undefined;
  while (true) {
    const kind = byte(at++);
    if (kind === 0x3b) throw new Error("no frame in the GIF");
    if (kind === 0x21) {
      const label = byte(at++);
      if (label === 0xf9 && byte(at) >= 4 && byte(at + 1) & 1) transparent = byte(at + 4);
      while (byte(at) > 0) at += byte(at) + 1;
      at++;
    } else if (kind === 0x2c) {
      const [left, top, wide, high] = [word(at), word(at + 2), word(at + 4), word(at + 6)];
      const flags = byte(at + 8);
      const [own, next] = colours(flags, at + 9);
      palette = own ?? palette ?? greys;
      const [width, height] = [Math.max(word(6), left + wide), Math.max(word(8), top + high)];
      checkExtent(wide, high);
      const place = { width, height, left, top, wide, high, interlaced: (flags & 64) !== 0 };
      return { ...place, palette, outside: transparent ?? 0, at: next };
    }
  }
}

/** The rows of an interlaced frame in their order in the file. */
function interlacedRows(high: number): Uint32Array {
  const rows = new Uint32Array(high);
  let n = 0;
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    for (let row = first; row < high; row += step) rows[n++] = row;
  }
  return rows;
}

const mostCodes = 4096;

/** Decompresses GIF's variable-length codes (LZW) into as many indices as there is room for. */
function decompress(bytes: Uint8Array, start: number, out: Uint8Array): void {
  const least = bytes[start] ?? 0;
  if (least < 1 || least > 8) throw new Error(`got codes of ${least} bits, where 1 to 8 are read`);
  const [clear, end] = [1 << least, (1 << least) + 1];
  // A code stands for those of another one and a last index.
  const [before, last, length] = [new Uint16Array(mostCodes), new Uint8Array(mostCodes), new Uint16Array(mostCodes)];
  for (let code = 0; code < clear; code++) {
    last[code] = code;
    length[code] = 1;
  }
  let [next, size, previous] = [clear + 2, least + 1, -1];
  let [at, left, bits, held, to] = [start + 1, 0, 0, 0, 0];
  while (to < out.length) {
    while (held < size) {
      if (left === 0) left = bytes[at++] ?? 0;
      if (left === 0 || at >= bytes.length) throw cutShort();
      bits |= bytes[at++]! << held;
      held += 8;
      left--;
    }
    const code = bits & ((1 << size) - 1);
    bits >>>= size;
    held -= size;
    if (code === clear) {
      [next, size, previous] = [clear + 2, least + 1, -1];
      continue;
    }
    if (code === end) throw cutShort();
    if (previous < 0 ? code > clear : code > next) throw new Error("the GIF's codes are damaged");
    const isNew = previous >= 0 && code === next;
    const long = length[isNew ? previous : code]!;
    const stop = to + long;
    for (let from = isNew ? previous : code, k = stop - 1; k >= to; k--, from = before[from]!) {
      if (k < out.length) out[k] = last[from]!;
    }
    const first = out[to]!;
    to = stop;
    if (isNew && to < out.length) out[to] = first;
    if (isNew) to++;
    if (previous >= 0 && next < mostCodes) {
      before[next] = previous;
      last[next] = first;
      length[next] = length[previous]! + 1;
      next++;
      if (next === 1 << size && size < 12) size++;
    }
    previous = code;
  }
}
