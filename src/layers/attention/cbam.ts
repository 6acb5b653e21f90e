import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { batchNorm } from "../batch-norm.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { zeros } from "./neutral-start.js";
import { flag, positive, whole } from "./option.js";
import { squeeze } from "./squeeze.js";

/** Options of a convolutional block attention module. */
export interface CbamOptions {
  /** The hidden layer of the channel gate has ⌊C/r⌋ units, at least one. */
  readonly reduction?: number;
  /** Biases of the channel gate's dense layers: in the authors' code they are there, in timm they are not. */
  readonly bias?: boolean;
  /** Extent of the spatial gate's convolution, an odd number. */
  readonly kernel?: number;
}

/**
 * A gate for every channel, then one for every pixel. Source: Woo et al. 2018, arXiv:1807.06521, §3.
 * Names are timm's. The spatial gate reads the mean over channels before the maximum, as in timm; the authors' code has
 * the maximum first.
 * @param x [N, C, H, W]. @returns the same shape.
 * @example
 * ```ts
 * import { cbam, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(cbam(p.at("cbam"), x, { reduction: 8 }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function cbam(p: Scope, x: Value, { reduction = 16, bias = true, kernel = 7 }: CbamOptions = {}): Value {
  const scaled = channelGate(p.at("channel"), x, Math.max(1, Math.floor(extent(x, 1) / reduction)), bias);
  return spatialGate(p.at("spatial"), scaled, kernel, p.name("out"));
}

/** σ(MLP(mean) + MLP(max)), eq. 2. The two share their weights, so they pass through them as two pixels of one map. */
function channelGate(p: Scope, x: Value, hidden: number, bias: boolean): Value {
  const { g } = p;
  const dense = { kernel: 1, bias, init: { kind: "he-normal", fan: "in" } } as const;
  const z = g.call("Concat", [squeeze(g, x, "avg"), squeeze(g, x, "max")], { axis: 3 }); // [N, C, 1, 2]
  const h = g.call("Relu", [conv(p.at("fc1"), z, { channels: hidden, ...dense })]);
  const y = conv(p.at("fc2"), h, { channels: extent(x, 1), ...dense });
  const logits = g.call("ReduceSum", [y, g.ints([3])], { keepdims: 1 }); // [N, C, 1, 1]
  return g.call("Mul", [x, g.call("Sigmoid", [logits], {}, p.name("gate"))]);
}

/** σ(BN(conv([mean; max]))), eq. 3, with the batch norm of the authors' code. */
function spatialGate(p: Scope, x: Value, kernel: number, name: string): Value {
  const { g } = p;
  const axes = g.ints([1]);
  const z = g.call("Concat", [g.call("ReduceMean", [x, axes]), g.call("ReduceMax", [x, axes])], { axis: 1 }); // [N, 2, H, W]
  const at = p.at("conv");
  const logits = batchNorm(at.at("bn"), conv(at.at("conv"), z, { channels: 1, kernel }));
  return g.call("Mul", [x, g.call("Sigmoid", [logits], {}, p.name("gate"))], {}, name);
}

/** `cbam`. */
export const cbamBlock: AttentionBlock<CbamOptions> = {
  apply: cbam,
  options: { reduction: positive, bias: flag, kernel: whole(1) },
  stands: "behind a map",
  // Of the pixel gate's batch norm the weight is 0, not its convolution: batch norm would blow up the first small step.
  neutral: ({ bias }) => ({
    constants: { ...zeros("channel.fc2", bias), "spatial.conv.bn.weight": 0 },
    halvings: 2,
  }),
  firstDense: "channel.fc1.weight",
};
