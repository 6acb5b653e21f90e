import type { AxisMap, Term } from "./axis-map.js";

/**
 * One axis of a Resize: its extents, their ratio as single precision has it, and the part of the input that is cropped.
 */
export interface ResizedAxis {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  readonly roi: readonly [start: number, end: number];
}

/** The attributes of a Resize that decide what an output element is made of. */
export interface ResizeSettings {
  readonly antialias: number;
  readonly coordinate_transformation_mode: string;
  readonly cubic_coeff_a: number;
  readonly exclude_outside: number;
  readonly mode: string;
  readonly nearest_mode: string;
}

const f = Math.fround;

/**
 * What every output element of a resized axis is made of. Coordinates are computed in single precision, as ONNX Runtime
 * does: where a pixel lies half way, rounding decides which neighbour is nearest.
 * Source: ONNX, Resize.
 */
export function resizeMap(axis: ResizedAxis, settings: ResizeSettings): AxisMap {
  return Array.from({ length: axis.to }, (_, o) => {
    if (axis.scale === 1 && settings.coordinate_transformation_mode !== "tf_crop_and_resize") {
      return [{ at: o, weight: 1 }];
    }
    const x = coordinate(o, axis, settings.coordinate_transformation_mode);
    const crops = settings.coordinate_transformation_mode === "tf_crop_and_resize";
    if (crops && (x < 0 || x > axis.from - 1)) return []; // extrapolation_value
    return within(taps(x, axis, settings), axis.from, settings.exclude_outside === 1);
  });
}

/** The place in the input that output `o` looks at. */
function coordinate(o: number, { from, to, scale, roi }: ResizedAxis, mode: string): number {
  const halfPixel = () => f(f(f(o + 0.5) / scale) - 0.5);
  switch (mode) {
    case "half_pixel":
      return halfPixel();
    case "asymmetric":
      return f(o / scale);
    case "align_corners":
      return to === 1 ? 0 : f(f(o * (from - 1)) / (to - 1));
    case "pytorch_half_pixel":
      return to > 1 ? halfPixel() : 0;
    case "tf_half_pixel_for_nn":
      return f(f(o + 0.5) / scale);
    case "half_pixel_symmetric": {
      const adjustment = f(to / f(scale * from));
      return f(f(f(from / 2) * f(1 - adjustment)) + halfPixel());
    }
    case "tf_crop_and_resize": {
      const [start, end] = roi;
      if (to === 1) return f(0.5 * (start + end) * (from - 1));
      return f(f(start * (from - 1)) + f(f(o * f(end - start) * (from - 1)) / (to - 1)));
    }
    default:
      throw new TypeError(`got coordinate_transformation_mode ${mode}; expected one that ONNX defines`);
  }
}

/** The input elements around x with their weights, those outside included. */
function taps(
  x: number,
  { scale }: ResizedAxis,
  { mode, nearest_mode, cubic_coeff_a, antialias }: ResizeSettings,
): Term[] {
  if (mode === "nearest") return [{ at: nearest(x, nearest_mode), weight: 1 }];
  const [filter, support] = mode === "linear" ? [triangle, 1] : [(d: number) => cubic(d, cubic_coeff_a), 2];
  const narrow = antialias ? Math.min(scale, 1) : 1; // shrinking, the filter is stretched over all that is left out
  const [first, last] = [Math.floor(x - support / narrow) + 1, Math.ceil(x + support / narrow) - 1];
  const terms = Array.from({ length: last - first + 1 }, (_, i) => ({
    at: first + i,
    weight: filter((first + i - x) * narrow),
  }));
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  return terms.map(({ at, weight }) => ({ at, weight: weight / total }));
}

/** Elements beyond the ends are those at the ends, or with `exclude` nothing, and the others count for them. */
function within(terms: readonly Term[], size: number, exclude: boolean): Term[] {
  if (!exclude) return terms.map(({ at, weight }) => ({ at: Math.min(Math.max(at, 0), size - 1), weight }));
  const inside = terms.filter(({ at }) => at >= 0 && at < size);
  const total = inside.reduce((sum, { weight }) => sum + weight, 0);
  return inside.map(({ at, weight }) => ({ at, weight: weight / total }));
}

function nearest(x: number, mode: string): number {
  switch (mode) {
    case "round_prefer_floor":
      return Math.ceil(x - 0.5);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    default:
      throw new TypeError(
        `got nearest_mode ${mode}; expected one of round_prefer_floor, round_prefer_ceil, floor, ceil`,
      );
  }
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Source: Keys 1981, eq. 4, with the coefficient a. */
function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}
