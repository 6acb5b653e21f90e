import { UserError } from "../errors.js";
import type { Value } from "../graph/graph.js";
import { extent } from "../graph/shape.js";
import { conv } from "./conv.js";
import type { Scope } from "./scope.js";

/** Options of a squeeze-and-excitation block. */
export interface SqueezeExciteOptions {
  /** The paper's r: the hidden layer has ⌊C/r⌋ units, at least one. */
  readonly reduction?: number;
}

/**
 * Scales every channel of `x` by a gate in (0, 1) computed from all channels. The dense layers are 1×1 convolutions
 * `fc1` [C/r, C, 1, 1] and `fc2` [C, C/r, 1, 1] with biases, as in the released weights.
 * Source: Hu et al., "Squeeze-and-Excitation Networks", arXiv:1709.01507, §3.
 * @param x feature map [N, C, H, W].
 * @returns [N, C, H, W]; the gate itself is the value `<path>.gate` [N, C, 1, 1].
 * @throws UserError when the reduction is not a positive number.
 */
export function squeezeExcite(p: Scope, x: Value, { reduction = 16 }: SqueezeExciteOptions = {}): Value {
  if (!(reduction > 0)) {
    throw new UserError(`squeezeExcite: got reduction ${reduction}; expected a positive number such as 16`);
  }
  const channels = extent(x, 1);
  // ⌊16/16⌋ is 1, but ⌊8/16⌋ would be a block without a hidden unit.
  const hidden = Math.max(1, Math.floor(channels / reduction));
  const dense = { kernel: 1, bias: true, init: { kind: "he-normal", fan: "in" } } as const;

  const z = p.g.call("GlobalAveragePool", [x]); //                                     squeeze, eq. 2: [N, C, 1, 1]
  const h = p.g.call("Relu", [conv(p.at("fc1"), z, { channels: hidden, ...dense })]); // excite, eq. 3: [N, C/r, 1, 1]
  const s = p.g.call("Sigmoid", [conv(p.at("fc2"), h, { channels, ...dense })], {}, p.name("gate")); // [N, C, 1, 1]
  return p.g.call("Mul", [x, s], {}, p.name("out")); //                                   scale, eq. 4: [N, C, H, W]
}
