import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { batchNorm } from "../batch-norm.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { positive, whole } from "./option.js";
import type { Site } from "./site.js";
import { squeeze } from "./squeeze.js";

/** Options of a selective kernel convolution, SK[2, G, r]. */
export interface SelectiveKernelOptions {
  /** The hidden layer has max(⌊C/r⌋, `least`) units. */
  readonly reduction?: number;
  readonly least?: number;
  /** Groups of both convolutions; by default those of the convolution it replaces, or 32 at most. */
  readonly group?: number;
}

/**
 * A 3×3 and a 5×5 convolution (3×3 with dilation 2) side by side, mixed channel by channel by a softmax over the two.
 * Source: Li et al. 2019, arXiv:1903.06586, §3.1. Over two branches the softmax is the sigmoid of the difference. Names
 * are timm's, which however gives each branch only half of the input.
 * @param x [N, I, H, W]. @returns [N, C, H', W'].
 * @example
 * ```ts
 * import { GraphBuilder, Scope, selectiveKernel } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(selectiveKernel(p.at("sk"), x, {}, { channels: 128, stride: 2 }).shape); // [ 'N', 128, 7, 7 ]
 * ```
 */
export function selectiveKernel(
  p: Scope,
  x: Value,
  { reduction = 16, least = 32, ...options }: SelectiveKernelOptions = {},
  site: Site = {},
): Value {
  const { g } = p;
  const { channels = extent(x, 1), stride = 1 } = site;
  const group = options.group ?? site.group ?? commonDivisor(commonDivisor(channels, extent(x, 1)), 32);
  const [narrow, wide] = [1, 2].map((dilation, i) => {
    const path = p.at("paths").at(i);
    const y = conv(path.at("conv"), x, { channels, kernel: 3, stride, dilation, group });
    return g.call("Relu", [batchNorm(path.at("bn"), y)]);
  }) as [Value, Value];

  const attn = p.at("attn");
  const hidden = Math.max(Math.floor(channels / reduction), least);
  const z = conv(attn.at("fc_reduce"), squeeze(g, g.call("Add", [narrow, wide])), { channels: hidden, kernel: 1 });
  const h = g.call("Relu", [batchNorm(attn.at("bn"), z)]);
  const logits = conv(attn.at("fc_select"), h, { channels: 2 * channels, kernel: 1 }); // [N, 2C, 1, 1]
  const half = (from: number) => g.call("Slice", [logits, g.ints([from]), g.ints([from + channels]), g.ints([1])]);
  const s = g.call("Sigmoid", [g.call("Sub", [half(0), half(channels)])], {}, p.name("gate")); // of the 3×3 branch
  // s·narrow + (1 − s)·wide
  const mixed = g.call("Mul", [g.call("Sub", [narrow, wide]), s]);
  return g.call("Add", [wide, mixed], {}, p.name("out"));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** `sk`. */
export const skBlock: AttentionBlock<SelectiveKernelOptions> = {
  apply: selectiveKernel,
  options: { reduction: positive, least: whole(1), group: whole(1) },
  stands: "for a convolution",
  neutral: () => ({ none: "sk stands in the place of a convolution" }),
  firstDense: undefined,
};
