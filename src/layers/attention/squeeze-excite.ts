import { UserError } from "../../errors.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { type Activation, activations } from "../activation.js";
import { conv } from "../conv.js";
import { divisible } from "../divisible.js";
import { linear } from "../linear.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { type Gate, gateOf, gates } from "./gate.js";
import { lastDense } from "./neutral-start.js";
import { either, flag, oneOf, positive, whole } from "./option.js";
import type { Site } from "./site.js";
import { type Squeeze, squeeze, squeezes } from "./squeeze.js";

/** Options of a squeeze-and-excitation block. */
export interface SqueezeExciteOptions {
  /** The paper's r: how many times fewer units the hidden layer has than there are channels. 16 by default. */
  readonly reduction?: number;
  /**
   * The hidden width: ⌊C/r⌋ as in the paper; the multiple of 8 nearest to C/r as in timm; the same but at least 90 % of
   * C/r, as in MobileNetV3; or a number. Never below 1.
   */
  readonly hidden?: "floor" | "divisible" | "mobile" | number;
  /** Biases of the two dense layers: in the released weights they are there, in the paper's ablations they are not. */
  readonly bias?: boolean;
  readonly gate?: Gate;
  /** `"none"` is the paper's NoSqueeze (§7.1): no pooling, and a gate for every pixel. */
  readonly squeeze?: Squeeze | "none";
  /** How the dense layers keep their weights: as 1×1 convolutions [O, I, 1, 1] or as matrices [O, I]. */
  readonly weights?: "conv" | "linear";
  /** What stands between the two dense layers. */
  readonly activation?: Activation;
}

/**
 * Scales every channel of `x` by a gate computed from all channels, with dense layers `fc1` and `fc2`.
 * Source: Hu et al., "Squeeze-and-Excitation Networks", arXiv:1709.01507, §3.
 * @param x feature map [N, C, H, W].
 * @returns [N, C, H, W]; the gate itself is the value `<path>.gate` [N, C, 1, 1].
 * @throws UserError when the reduction is not a positive number, or the options contradict each other.
 * @example
 * ```ts
 * import { GraphBuilder, Scope, squeezeExcite } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(squeezeExcite(p.at("se"), x, { reduction: 16, gate: "hard-sigmoid" }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function squeezeExcite(
  p: Scope,
  x: Value,
  options: SqueezeExciteOptions = {},
  { base, names: [first, second] = ["fc1", "fc2"] }: Site = {},
): Value {
  const { g } = p;
  const { bias = true, weights = "conv", activation = "relu", gate = "sigmoid" } = options;
  const channels = extent(x, 1);
  const hidden = hiddenWidth(base ?? channels, options);
  if (weights === "linear" && options.squeeze === "none") {
    throw new UserError('squeezeExcite: got weights "linear" with squeeze "none"; expected "conv", as maps need it');
  }
  const dense = (name: string, of: Value, width: number) =>
    weights === "linear"
      ? linear(p.at(name), of, { features: width, bias })
      : conv(p.at(name), of, { channels: width, kernel: 1, bias, init: { kind: "he-normal", fan: "in" } });

  let z = options.squeeze === "none" ? x : squeeze(g, x, options.squeeze); //   squeeze, eq. 2: [N, C, 1, 1]
  if (weights === "linear") z = g.call("Flatten", [z]); //                                      [N, C]
  const h = activations[activation](g, dense(first, z, hidden)); //              excite, eq. 3: [N, C/r, 1, 1]
  let logits = dense(second, h, channels); //                                                   [N, C, 1, 1]
  if (weights === "linear") logits = g.call("Reshape", [logits, g.ints([0, channels, 1, 1])]);
  const s = gateOf(p, logits, gate);
  return g.call("Mul", [x, s], {}, p.name("out")); //                             scale, eq. 4: [N, C, H, W]
}

/** ⌊16/16⌋ is 1, but ⌊8/16⌋ would be a block without a hidden unit. */
function hiddenWidth(channels: number, { reduction = 16, hidden = "floor" }: SqueezeExciteOptions): number {
  if (!(reduction > 0)) {
    throw new UserError(`squeezeExcite: got reduction ${reduction}; expected a positive number such as 16`);
  }
  if (hidden === "floor") return Math.max(1, Math.floor(channels / reduction));
  if (hidden === "divisible") return divisible(channels / reduction);
  if (hidden === "mobile") return divisible(channels / reduction, { keep: 0.9 });
  if (Number.isInteger(hidden) && hidden >= 1) return hidden;
  throw new UserError(
    `squeezeExcite: got hidden ${hidden}; expected floor, divisible, mobile or a whole number of at least 1`,
  );
}

/** `se`. */
export const seBlock: AttentionBlock<SqueezeExciteOptions> = {
  apply: squeezeExcite,
  options: {
    reduction: positive,
    hidden: either(oneOf("floor", "divisible", "mobile"), whole(1)),
    bias: flag,
    gate: oneOf(...gates),
    squeeze: oneOf(...squeezes, "none"),
    weights: oneOf("conv", "linear"),
    activation: oneOf(...Object.keys(activations)),
  },
  stands: "behind a map",
  neutral: (options, { names: [, last] = ["fc1", "fc2"] } = {}) => lastDense(last, options),
  firstDense: "fc1.weight",
};
