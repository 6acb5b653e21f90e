import type { Value } from "../../graph/graph.js";
import { sumOfImages } from "../../ops/rules/sum-of-images.js";
import { type FeatureMap, type Linear, linear, plus, times } from "./feature-map.js";
import type { Kernels } from "./kernels.js";

/** The vectors [C] of a normalisation, as plain values. */
export interface Norm {
  readonly scale: Value;
  readonly bias: Value;
  readonly runningMean: Value;
  readonly runningVariance: Value;
  readonly epsilon: number;
  readonly momentum: number;
}

/** What normalising a batch gives: the map itself, and vectors [C]. */
export interface Normalised {
  readonly y: FeatureMap;
  /** The map that was normalised, in the form whose statistics were taken; use it instead of what was given. */
  readonly x: FeatureMap;
  readonly nextMean: Value;
  readonly nextVariance: Value;
  readonly mean: Value;
  readonly rstd: Value;
}

/**
 * Batch normalisation with batch statistics of a map with `count` values per channel.
 *
 * The variance is E[z²] − E[z]², which one pass gives, of a z close to centred: a convolution subtracts the running
 * mean through its bias, which costs nothing; any other map is centred by a pass of its own. Without that the
 * difference would lose its digits where a mean is large.
 */
export function normalise(k: Kernels, x: FeatureMap, norm: Norm, count: number): Normalised {
  const { g } = k;
  const running = row(k, norm.runningMean);
  const [z, offset] = centred(k, x, running, count);
  const shifted = average(k, k.sum(z), count); // E[z]
  const raw = g.call("Sub", [average(k, k.dot(z, z), count), g.call("Mul", [shifted, shifted])]);
  const variance = g.call("Relu", [raw]); // rounding may leave a constant map slightly below 0
  const rstd = g.call("Reciprocal", [g.call("Sqrt", [g.call("Add", [variance, g.scalar(norm.epsilon)])])]);
  const mean = g.call("Add", [shifted, offset]);

  const scale = g.call("Mul", [row(k, norm.scale), rstd]);
  const shift = g.call("Sub", [row(k, norm.bias), g.call("Mul", [scale, shifted])]);
  const blend = (old: Value, fresh: Value, weight: number) =>
    g.call("Add", [
      g.call("Mul", [old, g.scalar(1 - norm.momentum)]),
      g.call("Mul", [vector(k, fresh), g.scalar(weight)]),
    ]);
  return {
    y: { kind: "affine", of: z, scale, shift },
    x: { kind: "affine", of: z, scale: ones(k, z), shift: offset },
    nextMean: blend(norm.runningMean, mean, norm.momentum),
    nextVariance: blend(norm.runningVariance, variance, (norm.momentum * count) / (count - 1)),
    mean: vector(k, mean),
    rstd: vector(k, rstd),
  };
}

/** z = x − offset with a mean close to 0: z blocked, offset a vector [1, C]. */
function centred(k: Kernels, x: FeatureMap, running: Value, count: number): readonly [z: Value, offset: Value] {
  const { g } = k;
  if (x.kind === "open") return [x.make({ bias: g.call("Neg", [running]) }), running];
  const given = linear(k, x);
  const stored =
    given.scale || given.shift ? k.affine(given.of, given.scale ?? ones(k, given.of), optional(given)) : given.of;
  const mean = average(k, k.sum(stored), count);
  return [k.affine(stored, ones(k, stored), { shift: g.call("Neg", [mean]) }), mean];
}

function optional({ shift }: Linear): { shift?: Value } {
  return shift === undefined ? {} : { shift };
}

/**
 * The gradients of batch normalisation, in the closed form of `BatchNormGradient`, for dy = w·u + v per image and
 * channel: the sums over dy and dy·x̂ need only those over u and u·z, so that neither dy nor the normalised map is
 * computed.
 */
export function normaliseGradient(
  k: Kernels,
  dy: FeatureMap,
  x: FeatureMap,
  { scale, mean, rstd }: { scale: Value; mean: Value; rstd: Value },
  { count, pixels }: { count: number; pixels: number },
): { dx: FeatureMap; dscale: Value; dbias: Value } {
  const { g } = k;
  const { of: u, scale: w, shift: v } = linear(k, dy);
  const { of: z, shift: offset } = linear(k, x); // x = z + offset
  const shifted = offset === undefined ? row(k, mean) : g.call("Sub", [row(k, mean), offset]); // E[z]
  const vOnly = (by: Value) => v && g.call("Mul", [v, by]);
  const dbias = total(k, plus(k, times(k, w, k.sum(u)), vOnly(g.scalar(pixels)))!);
  const dot = total(k, plus(k, times(k, w, k.dot(u, z)), v && vOnly(k.sum(z)))!);
  const dscale = g.call("Mul", [row(k, rstd), g.call("Sub", [dot, g.call("Mul", [shifted, dbias])])]);

  // dx = a·dy + b·z + c
  const perValue = g.scalar(-1 / count);
  const a = g.call("Mul", [row(k, scale), row(k, rstd)]);
  const b = g.call("Mul", [g.call("Mul", [a, row(k, rstd)]), g.call("Mul", [dscale, perValue])]);
  const c = g.call("Sub", [g.call("Mul", [a, g.call("Mul", [dbias, perValue])]), g.call("Mul", [b, shifted])]);
  const rest = k.affine(z, b, { shift: plus(k, c, v && g.call("Mul", [a, v]))! });
  const dx: FeatureMap = { kind: "affine", of: u, scale: w === undefined ? a : g.call("Mul", [a, w]), sum: rest };
  return { dx, dscale: vector(k, dscale), dbias: vector(k, dbias) };
}

/** Frozen statistics: an affine map. */
export function normaliseFrozen(k: Kernels, x: FeatureMap, norm: Omit<Norm, "momentum">): FeatureMap {
  const { g } = k;
  const variance = g.call("Add", [row(k, norm.runningVariance), g.scalar(norm.epsilon)]);
  const a = g.call("Div", [row(k, norm.scale), g.call("Sqrt", [variance])]);
  const b = g.call("Sub", [row(k, norm.bias), g.call("Mul", [a, row(k, norm.runningMean)])]);
  const { of, scale, shift } = linear(k, x); // a·(scale·of + shift) + b
  return { kind: "affine", of, scale: times(k, scale, a), shift: plus(k, b, shift && g.call("Mul", [a, shift]))! };
}

/** A plain value [C] as a vector [1, C]. */
export function row(k: Kernels, value: Value): Value {
  return k.g.call("Reshape", [value, k.g.ints([1, -1])]);
}

/** A vector [1, C] as a plain value [C]. */
export function vector(k: Kernels, value: Value): Value {
  return k.g.call("Reshape", [value, k.g.ints([-1])]);
}

function ones(k: Kernels, like: Value): Value {
  return k.g.call("Expand", [k.g.scalar(1), k.g.ints([1, Number(like.shape[1])])]);
}

/** Σ over the images of a vector [N, C]: [1, C]. */
function total(k: Kernels, perImage: Value): Value {
  return row(k, sumOfImages(k.g, perImage));
}

/** The mean per channel from sums per image [N, C]: [1, C]. */
function average(k: Kernels, perImage: Value, count: number): Value {
  return k.g.call("Mul", [total(k, perImage), k.g.scalar(1 / count)]);
}
