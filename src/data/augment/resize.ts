import { UserError } from "../../errors.js";
import type { Pixels } from "./pixels.js";
import { digits, nearestPlaces, type Resampling, type Taps, weigh } from "./resampling.js";

/** A part of an image: its left upper corner and its size in pixels, which need not be whole. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Parts that a resize concerns. */
export interface ResizeOptions {
  /** What of the image is resized: all of it by default. */
  readonly box?: Box;
  /** What of the result is wanted, in whole pixels inside it: all of it by default. The rest is not computed. */
  readonly part?: Box;
}

const half = 1 << (digits - 1);

/**
 * Resizes an image, or a part of it, to `width` × `height` pixels.
 * Source: PIL `Image.resize(size, resample, box)`, to the byte.
 * @throws UserError when a size is no whole number from 1.
 * @example
 * ```ts
 * import { resize } from "senet/data";
 *
 * const image = { data: Uint8Array.of(0, 100, 200, 100), height: 2, width: 2, channels: 1 };
 * console.log([...resize(image, 1, 1, "bilinear").data]); // [ 100 ]
 * ```
 */
export function resize(
  image: Pixels,
  width: number,
  height: number,
  resampling: Resampling,
  { box = { left: 0, top: 0, ...extentOf(image) }, part = { left: 0, top: 0, width, height } }: ResizeOptions = {},
): Pixels {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 1 && height >= 1)) {
    throw new UserError(`resize: got ${width} × ${height}; expected whole numbers of pixels from 1`);
  }
  const across = { size: image.width, start: box.left, length: box.width, outSize: width };
  const down = { size: image.height, start: box.top, length: box.height, outSize: height };
  if (resampling === "nearest") {
    const columns = nearestPlaces(across, part.left, part.width);
    return pick(image, columns, nearestPlaces(down, part.top, part.height));
  }
  const columns = weigh(across, resampling, part.left, part.width);
  const rows = weigh(down, resampling, part.top, part.height);
  const firstRow = rows.first.reduce((least, row) => Math.min(least, row), image.height);
  const lastRow = rows.first.reduce((most, row, i) => Math.max(most, row + rows.count[i]!), firstRow);
  return resizeRows(resizeColumns(image, columns, firstRow, lastRow), rows, firstRow);
}

function extentOf({ width, height }: Pixels) {
  return { width, height };
}

function pick({ data, width, channels }: Pixels, columns: Int32Array, rows: Int32Array): Pixels {
  const out = new Uint8Array(rows.length * columns.length * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[to++] = row < 0 || column < 0 ? 0 : data[from + c]!;
    }
  }
  return { data: out, height: rows.length, width: columns.length, channels };
}

/** The rows `firstRow` to `lastRow` − 1, each as wide as there are taps. */
function resizeColumns({ data, width, channels }: Pixels, taps: Taps, firstRow: number, lastRow: number): Pixels {
  // Node's Buffer is another class, and engines are fast with one class at a place.
  const from = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const outWidth = taps.first.length;
  const height = lastRow - firstRow;
  const out = new Uint8ClampedArray(height * outWidth * channels);
  const sum = channels === 3 ? sumColours : sumChannels;
  const [row, outRow] = [width * channels, outWidth * channels];
  for (let y = 0; y < height; y += 2) {
    const next = Math.min(y + 1, height - 1); // the last of an odd number twice
    sum(from, (firstRow + y) * row, (firstRow + next) * row, taps, out, y * outRow, next * outRow, channels);
  }
  return { data: new Uint8Array(out.buffer), height, width: outWidth, channels };
}

/** Sums two rows, which begin at `row` and `next`, so that a weight is read once for both. */
type SumRows = (
  from: Uint8Array,
  row: number,
  next: number,
  taps: Taps,
  to: Uint8ClampedArray,
  at: number,
  nextAt: number,
  channels: number,
) => void;

/** Six sums at a time: most images are in colour. (Engines multiply in 32 bits where `imul` says so.) */
const sumColours: SumRows = (from, row, next, { first, count, weights, most }, to, at, nextAt) => {
  const { imul } = Math;
  for (let x = 0; x < first.length; x++, at += 3, nextAt += 3) {
    let red = half;
    let green = half;
    let blue = half;
    let nextRed = half;
    let nextGreen = half;
    let nextBlue = half;
    let i = row + first[x]! * 3;
    let j = next + first[x]! * 3;
    const end = x * most + count[x]!;
    for (let k = x * most; k < end; k++, i += 3, j += 3) {
      const weight = weights[k]!;
      red = (red + imul(from[i]!, weight)) | 0;
      green = (green + imul(from[i + 1]!, weight)) | 0;
      blue = (blue + imul(from[i + 2]!, weight)) | 0;
      nextRed = (nextRed + imul(from[j]!, weight)) | 0;
      nextGreen = (nextGreen + imul(from[j + 1]!, weight)) | 0;
      nextBlue = (nextBlue + imul(from[j + 2]!, weight)) | 0;
    }
    to[at] = red >> digits;
    to[at + 1] = green >> digits;
    to[at + 2] = blue >> digits;
    to[nextAt] = nextRed >> digits;
    to[nextAt + 1] = nextGreen >> digits;
    to[nextAt + 2] = nextBlue >> digits;
  }
};

const sumChannels: SumRows = (from, row, next, { first, count, weights, most }, to, at, nextAt, channels) => {
  const { imul } = Math;
  for (let x = 0; x < first.length; x++) {
    const end = x * most + count[x]!;
    for (let c = 0; c < channels; c++) {
      let sum = half;
      let nextSum = half;
      let i = row + first[x]! * channels + c;
      let j = next + first[x]! * channels + c;
      for (let k = x * most; k < end; k++, i += channels, j += channels) {
        const weight = weights[k]!;
        sum = (sum + imul(from[i]!, weight)) | 0;
        nextSum = (nextSum + imul(from[j]!, weight)) | 0;
      }
      to[at++] = sum >> digits;
      to[nextAt++] = nextSum >> digits;
    }
  }
};

/** @param firstRow the row of the whole image that is row 0 of `data`. */
function resizeRows({ data, width, channels }: Pixels, taps: Taps, firstRow: number): Pixels {
  const row = width * channels;
  const height = taps.first.length;
  const out = new Uint8ClampedArray(height * row);
  for (let y = 0; y < height; y++) sumRows(data, (taps.first[y]! - firstRow) * row, taps, y, out, row);
  return { data: new Uint8Array(out.buffer), height, width, channels };
}

/** Output row `y` from the rows after `at`, four sums at a time and the rest one by one. */
function sumRows(
  from: Uint8Array,
  at: number,
  { count, weights, most }: Taps,
  y: number,
  to: Uint8ClampedArray,
  row: number,
): void {
  const { imul } = Math;
  const start = y * most;
  const end = start + count[y]!;
  const out = y * row;
  let x = 0;
  for (; x + 4 <= row; x += 4) {
    let a = half;
    let b = half;
    let c = half;
    let d = half;
    for (let k = start, i = at + x; k < end; k++, i += row) {
      const weight = weights[k]!;
      a = (a + imul(from[i]!, weight)) | 0;
      b = (b + imul(from[i + 1]!, weight)) | 0;
      c = (c + imul(from[i + 2]!, weight)) | 0;
      d = (d + imul(from[i + 3]!, weight)) | 0;
    }
    to[out + x] = a >> digits;
    to[out + x + 1] = b >> digits;
    to[out + x + 2] = c >> digits;
    to[out + x + 3] = d >> digits;
  }
  for (; x < row; x++) {
    let sum = half;
    for (let k = start, i = at + x; k < end; k++, i += row) sum = (sum + imul(from[i]!, weights[k]!)) | 0;
    to[out + x] = sum >> digits;
  }
}
