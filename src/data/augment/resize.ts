import type { Interpolation } from "./affine.js";
import type { Pixels } from "./pixels.js";

/** A part of an image: its left upper corner and its size in pixels, which need not be whole. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The fixed-point digits of PIL's weights. */
const digits = 22;
const half = 1 << (digits - 1);

/**
 * Resizes a part of an image (all of it by default) with a filter that widens where the image shrinks, so that nothing
 * aliases. Source: PIL `Image.resize(size, resample, box)`, to the byte.
 */
export function resize(
  image: Pixels,
  width: number,
  height: number,
  interpolation: Interpolation,
  box: Box = { left: 0, top: 0, width: image.width, height: image.height },
): Pixels {
  const across = weigh(image.width, box.left, box.width, width, interpolation);
  const down = weigh(image.height, box.top, box.height, height, interpolation);
  return resizeRows(resizeColumns(image, across, width), down, height);
}

/** The fixed-point sum as a byte. */
function toByte(sum: number): number {
  const value = sum >> digits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resizeColumns({ data, height, width, channels }: Pixels, taps: Taps, outWidth: number): Pixels {
  const out = new Uint8Array(height * outWidth * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      const start = x * taps.most;
      const end = start + taps.count[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        let at = (y * width + taps.first[x]!) * channels + c;
        for (let k = start; k < end; k++, at += channels) sum += data[at]! * taps.weights[k]!;
        out[(y * outWidth + x) * channels + c] = toByte(sum);
      }
    }
  }
  return { data: out, height, width: outWidth, channels };
}

function resizeRows({ data, width, channels }: Pixels, taps: Taps, outHeight: number): Pixels {
  const row = width * channels;
  const out = new Uint8Array(outHeight * row);
  const sums = new Int32Array(row); // whole rows at a time: memory is read in its order
  for (let y = 0; y < outHeight; y++) {
    sums.fill(half);
    for (let k = 0; k < taps.count[y]!; k++) {
      const weight = taps.weights[y * taps.most + k]!;
      const from = (taps.first[y]! + k) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[from + i]! * weight;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = toByte(sums[i]!);
  }
  return { data: out, height: outHeight, width, channels };
}

/** For each output place the first input place and the weights from there on. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly most: number;
}

function weigh(size: number, start: number, length: number, outSize: number, interpolation: Interpolation): Taps {
  const scale = length / outSize;
  const widened = Math.max(1, scale);
  const support = (interpolation === "bilinear" ? 1 : 2) * widened;
  const most = 2 * Math.ceil(support) + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * most);
  const filter = interpolation === "bilinear" ? triangle : cubic;
  for (let x = 0; x < outSize; x++) {
    const centre = start + (x + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(size, Math.trunc(centre + support + 0.5));
    const values = Array.from({ length: high - low }, (_, i) => filter((low + i - centre + 0.5) / widened));
    const total = values.reduce((sum, value) => sum + value, 0);
    [first[x], count[x]] = [low, high - low];
    for (const [i, value] of values.entries()) {
      const fixed = (value / total) * 2 ** digits;
      weights[x * most + i] = Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5));
    }
  }
  return { first, count, weights, most };
}

function triangle(x: number): number {
  return Math.max(0, 1 - Math.abs(x));
}

/** Source: Keys 1981, with a = −0.5. */
function cubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return ((-0.5 * d + 2.5) * d - 4) * d + 2;
  return 0;
}
