/** How the pixels of a resized image are made of those of the image. Names as in PIL and timm. */
export type Resampling = "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** A filter: its value at a distance in pixels of the smaller of the two images, and how far it reaches. */
interface Filter {
  readonly support: number;
  readonly at: (x: number) => number;
}

/** Source: PIL's `Resample.c`. Sums are in its order, so that they round alike. */
const filters: Record<Exclude<Resampling, "nearest">, Filter> = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: { support: 1, at: hamming },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

export const resamplings: readonly Resampling[] = ["nearest", ...(Object.keys(filters) as (keyof typeof filters)[])];

/** Where along an axis the output's pixels come from: `outSize` of them from `length` pixels after `start`. */
export interface Axis {
  /** Pixels of the image. */
  readonly size: number;
  readonly start: number;
  readonly length: number;
  readonly outSize: number;
}

/** For each output place the first input place, how many count from there on, and their weights in fixed point. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [places, most] */
  readonly weights: Int32Array;
  readonly most: number;
}

/** The fixed-point digits of PIL's weights: 8 bits for the result and 2 for sums beyond it are left of 32. */
export const digits = 22;

/**
 * The weights of `count` output places from `from` on, by a filter that widens where the image shrinks, so that nothing
 * aliases.
 */
export function weigh(
  { size, start, length, outSize }: Axis,
  resampling: Exclude<Resampling, "nearest">,
  from: number,
  count: number,
): Taps {
  // PIL takes the box as float32.
  const [low, high] = [Math.fround(start), Math.fround(start + length)];
  const scale = Math.fround(high - low) / outSize;
  const narrowing = 1 / Math.max(1, scale);
  const filter = filters[resampling];
  const support = filter.support * Math.max(1, scale);
  const most = 2 * Math.ceil(support) + 1;
  const taps = { first: new Int32Array(count), count: new Int32Array(count), most };
  const weights = new Int32Array(count * most);
  const values = new Float64Array(most);
  for (let place = 0; place < count; place++) {
    const centre = low + (from + place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const reach = Math.min(size, Math.trunc(centre + support + 0.5)) - first;
    let total = 0;
    for (let i = 0; i < reach; i++) {
      values[i] = filter.at((i + first - centre + 0.5) * narrowing);
      total += values[i]!;
    }
    for (let i = 0; i < reach; i++) {
      const fixed = (total === 0 ? values[i]! : values[i]! / total) * 2 ** digits;
      weights[place * most + i] = Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5));
    }
    taps.first[place] = first;
    taps.count[place] = reach;
  }
  return { ...taps, weights };
}

/** The input places of `count` output places from `from` on, the nearest one of each; −1 outside the image. */
export function nearestPlaces({ size, start, length, outSize }: Axis, from: number, count: number): Int32Array {
  const [low, high] = [Math.fround(start), Math.fround(start + length)];
  const scale = Math.fround(high - low) / outSize;
  const places = new Int32Array(count);
  let at = low + scale * 0.5; // added up, as PIL does, not multiplied: the rounding differs
  for (let place = 0; place < from + count; place++, at += scale) {
    if (place >= from) places[place - from] = at >= 0 && at < size ? Math.trunc(at) : -1;
  }
  return places;
}

function hamming(x: number): number {
  const d = Math.abs(x);
  if (d === 0) return 1;
  if (d >= 1) return 0;
  return sinc(d) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(d * Math.PI));
}

/** Source: Keys 1981, with a = −0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}
