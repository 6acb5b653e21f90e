import { UserError } from "../../errors.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { batchNorm } from "../batch-norm.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { zeros } from "./neutral-start.js";
import { oneOf, positive, whole } from "./option.js";
import { squeeze } from "./squeeze.js";

/** Options of gather-excite. */
export interface GatherExciteOptions {
  /**
   * θ⁻ (`minus`) gathers by averaging, θ (`plain`) by depthwise convolutions, and θ⁺ (`plus`) excites through two 1×1
   * convolutions besides.
   */
  readonly variant?: "minus" | "plain" | "plus";
  /** How many pixels, along one axis, share a gate: a power of 2, or 0 for the whole map. */
  readonly extent?: number;
  /** Of θ⁺: its hidden layer has ⌊C/r⌋ units, at least one. */
  readonly reduction?: number;
}

/**
 * Scales a map by gates that stand for neighbourhoods of it.
 * Source: Hu et al. 2018, arXiv:1810.12348. Names are timm's.
 * @param x [N, C, H, W]. @returns the same shape. @throws UserError when the extent is no power of 2.
 * @example
 * ```ts
 * import { gatherExcite, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(gatherExcite(p.at("ge"), x, { variant: "minus", extent: 4 }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function gatherExcite(p: Scope, x: Value, options: GatherExciteOptions = {}): Value {
  const { variant = "plus", extent: reach = 0, reduction = 16 } = options;
  if (reach !== 0 && (reach < 2 || !Number.isInteger(Math.log2(reach)))) {
    throw new UserError(`ge: got extent ${reach}; expected 0 for the whole map, or a power of 2 such as 4`);
  }
  let z = variant === "minus" ? average(p, x, reach) : gather(p.at("gather"), x, reach);
  if (variant === "plus") z = mlp(p.at("mlp"), z, Math.max(1, Math.floor(extent(x, 1) / reduction)));
  const s = p.g.call("Sigmoid", [reach === 0 ? z : stretch(p, z, x)], {}, p.name("gate"));
  return p.g.call("Mul", [x, s], {}, p.name("out"));
}

/** The mean of each neighbourhood; pixels beyond the edge are not counted. */
function average(p: Scope, x: Value, reach: number): Value {
  if (reach === 0) return squeeze(p.g, x);
  const [kernel, pad] = [2 * reach - 1, reach - 1];
  return p.g.call("AveragePool", [x], {
    kernel_shape: [kernel, kernel],
    strides: [reach, reach],
    pads: [pad, pad, pad, pad],
    count_include_pad: 0,
  });
}

/** Depthwise convolutions: as large as the map, or as many of stride 2 as halve it down to `reach`. */
function gather(p: Scope, x: Value, reach: number): Value {
  const channels = extent(x, 1);
  const depthwise = { channels, group: channels };
  if (reach === 0) {
    const kernel = [extent(x, 2), extent(x, 3)] as const;
    return batchNorm(p.at("norm1"), conv(p.at("conv1"), x, { ...depthwise, kernel, padding: 0 }));
  }
  const steps = Math.log2(reach);
  let z = x;
  for (let i = 1; i <= steps; i++) {
    z = batchNorm(p.at(`norm${i}`), conv(p.at(`conv${i}`), z, { ...depthwise, kernel: 3, stride: 2 }));
    if (i < steps) z = p.g.call("Relu", [z]);
  }
  return z;
}

function mlp(p: Scope, z: Value, hidden: number): Value {
  const dense = { kernel: 1, bias: true, init: { kind: "he-normal", fan: "in" } } as const;
  const h = p.g.call("Relu", [conv(p.at("fc1"), z, { channels: hidden, ...dense })]);
  return conv(p.at("fc2"), h, { channels: extent(z, 1), ...dense });
}

/** z over the pixels of x: each takes the gate of the neighbourhood it lies in. */
function stretch(p: Scope, z: Value, x: Value): Value {
  const { g } = p;
  const along = (of: Value, axis: number) => {
    const [from, to] = [extent(of, axis), extent(x, axis)];
    const nearest = Array.from({ length: to }, (_, i) => Math.floor((i * from) / to));
    return g.call("Gather", [of, g.ints(nearest)], { axis });
  };
  return along(along(z, 2), 3);
}

/** `ge`. */
export const geBlock: AttentionBlock<GatherExciteOptions> = {
  apply: gatherExcite,
  options: { variant: oneOf("minus", "plain", "plus"), extent: whole(0), reduction: positive },
  stands: "behind a map",
  neutral: ({ variant = "plus", extent = 0 }) => {
    if (variant === "plus") return { constants: zeros("mlp.fc2"), halvings: 1 };
    if (variant === "plain") {
      const last = extent === 0 ? 1 : Math.log2(extent);
      return { constants: { [`gather.norm${last}.weight`]: 0 }, halvings: 1 };
    }
    return { none: "ge:variant=minus has no parameters, so its gates follow the map from the start" };
  },
  firstDense: undefined,
};
