import type { Pixels } from "../augment/pixels.js";
import { checkExtent, cutShort } from "./extent-limit.js";

/** What the header of a BMP says. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Whether the first row in the file is the top one. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly offset: number;
  /** Of 256 colours, red, green and blue, where the pixels are indices. */
  readonly palette: Uint8Array;
  /** Where in the bits of a pixel red, green and blue stand, where they are no indices. */
  readonly masks: readonly [number, number, number];
}

const [plain, rle8, rle4, bitFields] = [0, 1, 2, 3];

/**
 * A BMP in colour; alpha is dropped.
 * Source: Microsoft's `BITMAPINFOHEADER` and its successors; PIL in what they leave open.
 * @throws Error when it is of a kind that PIL does not read either, damaged, or cut short.
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const bitmap = readBitmap(bytes);
  const { width, height, bits, compression, palette } = bitmap;
  const data = new Uint8Array(width * height * 3);
  if (bits > 8) {
    writeColours(bytes, bitmap, data);
    return { data, width, height, channels: 3 };
  }
  const indices = compression === plain ? indicesOf(bytes, bitmap) : decompress(bytes, bitmap);
  forRows(bitmap, (row, line) => {
    for (let x = 0, to = row * width * 3, from = line * width; x < width; x++, to += 3) {
      data.set(palette.subarray(3 * indices[from + x]!, 3 * indices[from + x]! + 3), to);
    }
  });
  return { data, width, height, channels: 3 };
}

function readBitmap(bytes: Uint8Array): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number) => (at + 2 <= bytes.length ? view.getUint16(at, true) : endOf());
  const long = (at: number) => (at + 4 <= bytes.length ? view.getUint32(at, true) : endOf());
  const header = long(14);
  const old = header === 12;
  const topDown = !old && long(22) >= 0xff000000;
  const width = old ? word(18) : long(18);
  const height = old ? word(20) : topDown ? 2 ** 32 - long(22) : long(22);
  checkExtent(width, height);
  const bits = word(old ? 24 : 28);
  const compression = old ? plain! : long(30);
  const known = bits <= 8 ? [plain, ...(bits === 8 ? [rle8] : bits === 4 ? [rle4] : [])] : [plain, bitFields];
  if (![1, 4, 8, 16, 24, 32].includes(bits) || !known.includes(compression)) {
    throw new Error(`a BMP of ${bits} bits and compression ${compression} is not read`);
  }
  const entry = old ? 3 : 4;
  const colours = (old ? 0 : long(46)) || 2 ** bits;
  const table = 14 + header + (compression === bitFields && header < 52 ? 12 : 0);
  if (bits <= 8 && (colours > 65536 || table + entry * colours > bytes.length)) throw cutShort();
  // Some writers forget the palette where they say where the pixels begin.
  const said = long(10);
  const after = bits <= 8 ? table + entry * colours : table;
  const offset = said === 0 || (said === 14 + header && bits <= 8) ? after : said;
  const masks = compression === bitFields ? masksOf(long, bits, header) : usualMasks[bits]!;
  const palette = bits <= 8 ? paletteOf(bytes.subarray(table, table + entry * Math.min(256, colours)), entry) : bytes;
  return { width, height, topDown, bits, compression, offset, palette, masks };
}

function endOf(): never {
  throw cutShort();
}

const usualMasks: Readonly<Record<number, Bitmap["masks"]>> = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

/** Red, green and blue, and alpha, as PIL takes them. */
const knownMasks: Readonly<Record<number, readonly string[]>> = {
  16: ["f800,7e0,1f", "7c00,3e0,1f"],
  24: ["ff0000,ff00,ff"],
  32: ["ff0000,ff00,ff,0", "ff000000,ff0000,ff00,0", "ff000000,ff00,ff,0", "ff000000,ff0000,ff00,ff"].concat([
    "ff,ff00,ff0000,ff000000",
    "ff0000,ff00,ff,ff000000",
    "ff000000,ff00,ff,ff0000",
    "0,0,0,0",
  ]),
};

function masksOf(long: (at: number) => number, bits: number, header: number): Bitmap["masks"] {
  const masks = [long(54), long(58), long(62)] as const;
  const alpha = bits === 32 ? [header >= 56 ? long(66) : 0] : [];
  const found = [...masks, ...alpha].map((mask) => mask.toString(16)).join(",");
  if (!knownMasks[bits]!.includes(found)) throw new Error(`a BMP with the masks ${found} is not read`);
  return found === "0,0,0,0" ? usualMasks[32]! : masks;
}

/** The colours [256, 3] of entries in blue, green, red; those that are missing are black. */
function paletteOf(entries: Uint8Array, entry: number): Uint8Array {
  const palette = new Uint8Array(768);
  for (let i = 0; i < entries.length / entry; i++) {
    for (let c = 0; c < 3; c++) palette[3 * i + c] = entries[entry * i + 2 - c]!;
  }
  return palette;
}

/** Calls `visit` with each row of the image and its place in the file. */
function forRows({ height, topDown }: Bitmap, visit: (row: number, line: number) => void): void {
  for (let line = 0; line < height; line++) visit(topDown ? line : height - 1 - line, line);
}

/** Bytes from one row in the file to the next. @throws Error when the file does not hold all rows. */
function strideOf(bytes: Uint8Array, { width, height, bits, offset }: Bitmap): number {
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (offset + stride * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length) throw cutShort();
  return stride;
}

function writeColours(bytes: Uint8Array, bitmap: Bitmap, data: Uint8Array): void {
  const stride = strideOf(bytes, bitmap);
  const { width, bits, offset } = bitmap;
  const fields = bitmap.masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { shift, most: mask >>> shift };
  });
  forRows(bitmap, (row, line) => {
    let [from, to] = [offset + line * stride, row * width * 3];
    for (let x = 0; x < width; x++) {
      let pixel = 0;
      for (let shift = 0; shift < bits; shift += 8) pixel |= bytes[from++]! << shift;
      for (const { shift, most } of fields) data[to++] = Math.floor((((pixel >>> shift) & most) * 255) / most);
    }
  });
}

/** One byte for each pixel, in the file's order. */
function indicesOf(bytes: Uint8Array, bitmap: Bitmap): Uint8Array {
  const stride = strideOf(bytes, bitmap);
  const { width, height, bits, offset } = bitmap;
  const indices = new Uint8Array(width * height);
  for (let line = 0, to = 0; line < height; line++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      indices[to++] = (bytes[offset + line * stride + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
    }
  }
  return indices;
}

/** Runs of indices, of 8 or 4 bits, to one byte for each pixel. What a run has beyond its row is left out. */
function decompress(bytes: Uint8Array, { width, height, bits, offset }: Bitmap): Uint8Array {
  const indices = new Uint8Array(width * height);
  let [at, to, x] = [offset, 0, 0];
  while (to < indices.length) {
    if (at + 2 > bytes.length) throw cutShort();
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const taken = Math.min(count, Math.max(0, width - x), indices.length - to);
      for (let k = 0; k < taken; k++) indices[to++] = bits === 8 ? value : k % 2 === 0 ? value >> 4 : value & 15;
      x += taken;
    } else if (value === 0) {
      to = Math.ceil(to / width) * width;
      x = 0;
    } else if (value === 1) {
      throw cutShort();
    } else if (value === 2) {
      if (at + 2 > bytes.length) throw cutShort();
      to = Math.min(indices.length, to + bytes[at]! + bytes[at + 1]! * width);
      at += 2;
      x = to % width;
    } else {
      const taken = Math.min(value, indices.length - to);
      const packed = bits === 8 ? taken : Math.ceil(taken / 2);
      if (at + packed > bytes.length) throw cutShort();
      for (let k = 0; k < taken; k++) {
        const byte = bytes[at + (bits === 8 ? k : k >> 1)]!;
        indices[to++] = bits === 8 ? byte : k % 2 === 0 ? byte >> 4 : byte & 15;
      }
      x += value;
      at += packed + ((at + packed) % 2);
    }
  }
  return indices;
}
