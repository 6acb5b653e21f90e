import { UserError } from "../../errors.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { type Gate, gateOf, gates } from "./gate.js";
import { oneOf, whole } from "./option.js";
import { squeeze } from "./squeeze.js";
import type { NeutralStart } from "./written-block.js";

/** Options of efficient channel attention. */
export interface EcaOptions {
  /** How many neighbouring channels a gate sees, an odd number; by default it follows from the number of channels. */
  readonly kernel?: number;
  readonly gate?: Gate;
}

/**
 * Scales every channel by a gate that a one-dimensional convolution `conv` [1, 1, k] along the channels computes.
 * Source: Wang et al. 2019, arXiv:1910.03151; the first and last channels see zeros beyond the end.
 * @param x [N, C, H, W]. @returns the same shape. @throws UserError when the kernel is not odd.
 * @example
 * ```ts
 * import { efficientChannelAttention, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(efficientChannelAttention(p.at("eca"), x, { kernel: 5 }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function efficientChannelAttention(p: Scope, x: Value, options: EcaOptions = {}): Value {
  return alongChannels(p, x, options, false);
}

/**
 * Efficient channel attention over a ring: the first channel is next to the last one. Source: timm, `CecaModule`.
 * @param x [N, C, H, W]. @returns the same shape. @throws UserError when the kernel is not odd.
 * @example
 * ```ts
 * import { circularChannelAttention, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(circularChannelAttention(p.at("ceca"), x).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function circularChannelAttention(p: Scope, x: Value, options: EcaOptions = {}): Value {
  return alongChannels(p, x, options, true);
}

/** The odd number that log₂(C)/2 + ½ is cut to or raised to, at least 3: the paper's eq. 12 as its code has it. */
export function ecaKernel(channels: number): number {
  const t = Math.trunc((Math.log2(channels) + 1) / 2);
  return Math.max(3, t % 2 === 1 ? t : t + 1);
}

function alongChannels(p: Scope, x: Value, { kernel, gate = "sigmoid" }: EcaOptions, circular: boolean): Value {
  const { g } = p;
  const channels = extent(x, 1);
  const k = kernel ?? ecaKernel(channels);
  if (!Number.isInteger(k) || k < 1 || k % 2 === 0) {
    throw new UserError(`eca: got kernel ${k}; expected an odd number such as 3`);
  }
  const weight = p.at("conv").parameter("weight", [1, 1, k], { kind: "uniform-fan-in" });
  const half = (k - 1) / 2;
  const z = g.call("Transpose", [squeeze(g, x)], { perm: [0, 2, 1, 3] }); // [N, 1, C, 1]
  const padded = circular ? closeRing(p, z, half) : z;
  const around = circular ? 0 : half;
  const y = g.call("Conv", [padded, g.call("Reshape", [weight, g.ints([1, 1, k, 1])])], {
    kernel_shape: [k, 1],
    pads: [around, 0, around, 0],
  });
  const s = gateOf(p, g.call("Transpose", [y], { perm: [0, 2, 1, 3] }), gate); // [N, C, 1, 1]
  return g.call("Mul", [x, s], {}, p.name("out"));
}

/** z [N, 1, C, 1] with its last `half` channels before the first and its first ones after the last. */
function closeRing(p: Scope, z: Value, half: number): Value {
  const { g } = p;
  const channels = extent(z, 2);
  if (half > channels) {
    throw new UserError(
      `ceca: got kernel ${2 * half + 1} for ${channels} channels; expected at most ${2 * channels + 1}`,
    );
  }
  if (half === 0) return z;
  const part = (from: number, to: number) => g.call("Slice", [z, g.ints([from]), g.ints([to]), g.ints([2])]);
  return g.call("Concat", [part(channels - half, channels), z, part(0, half)], { axis: 2 });
}

/** `eca`. */
export const ecaBlock: AttentionBlock<EcaOptions> = {
  apply: efficientChannelAttention,
  options: { kernel: whole(1), gate: oneOf(...gates) },
  stands: "behind a map",
  neutral: ({ gate = "sigmoid" }): NeutralStart =>
    gate === "relu" || gate === "tanh"
      ? { none: `a ${gate} gate of eca, which has no bias, starts at 0` }
      : { constants: { "conv.weight": 0 }, halvings: 1 },
  firstDense: undefined,
};

/** `ceca`. */
export const cecaBlock: AttentionBlock<EcaOptions> = { ...ecaBlock, apply: circularChannelAttention };
