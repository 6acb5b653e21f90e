import type { Value } from "../../graph/graph.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { lastDense, zeros } from "./neutral-start.js";
import { flag, oneOf } from "./option.js";
import { type SqueezeExciteOptions, seBlock, squeezeExcite } from "./squeeze-excite.js";

/** Options of the spatial gate. */
export interface SpatialSqueezeExciteOptions {
  /** Whether its one convolution has a bias. */
  readonly bias?: boolean;
}

/** Options of both gates. */
export interface ConcurrentSqueezeExciteOptions extends SqueezeExciteOptions, SpatialSqueezeExciteOptions {
  /** How the two scaled maps become one: their sum, or the larger of the two at every place. */
  readonly join?: "add" | "max";
}

/**
 * The channel gate of scSE: an SE block with r = 2. Source: Roy et al. 2018, arXiv:1803.02579, §2.2.
 * @param x [N, C, H, W]. @returns the same shape.
 * @example
 * ```ts
 * import { channelSqueezeExcite, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(channelSqueezeExcite(p.at("cse"), x).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function channelSqueezeExcite(p: Scope, x: Value, options: SqueezeExciteOptions = {}): Value {
  return squeezeExcite(p, x, { reduction: 2, ...options });
}

/**
 * Scales every pixel by a gate that a 1×1 convolution `conv` [1, C, 1, 1] reads off its channels.
 * Source: Roy et al. 2018, arXiv:1803.02579, §2.1.
 * @param x [N, C, H, W]. @returns the same shape; the gate is `<path>.gate` [N, 1, H, W].
 * @example
 * ```ts
 * import { GraphBuilder, Scope, spatialSqueezeExcite } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(spatialSqueezeExcite(p.at("sse"), x).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function spatialSqueezeExcite(p: Scope, x: Value, { bias = true }: SpatialSqueezeExciteOptions = {}): Value {
  const logits = conv(p.at("conv"), x, { channels: 1, kernel: 1, bias, init: { kind: "he-normal", fan: "in" } });
  const s = p.g.call("Sigmoid", [logits], {}, p.name("gate"));
  return p.g.call("Mul", [x, s], {}, p.name("out"));
}

/**
 * Channel gate `cse` and pixel gate `sse` side by side, then joined. Source: Roy et al. 2018, arXiv:1803.02579, §2.3.
 * @param x [N, C, H, W]. @returns the same shape.
 * @example
 * ```ts
 * import { concurrentSqueezeExcite, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(concurrentSqueezeExcite(p.at("scse"), x, { join: "max" }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function concurrentSqueezeExcite(p: Scope, x: Value, options: ConcurrentSqueezeExciteOptions = {}): Value {
  const { join = "add", bias = true, ...channel } = options;
  const both = [
    channelSqueezeExcite(p.at("cse"), x, { ...channel, bias }),
    spatialSqueezeExcite(p.at("sse"), x, { bias }),
  ];
  return p.g.call(join === "add" ? "Add" : "Max", both, {}, p.name("out"));
}

/** `cse`. */
export const cseBlock: AttentionBlock<SqueezeExciteOptions> = { ...seBlock, apply: channelSqueezeExcite };

/** `sse`. */
export const sseBlock: AttentionBlock<SpatialSqueezeExciteOptions> = {
  apply: spatialSqueezeExcite,
  options: { bias: flag },
  stands: "behind a map",
  neutral: ({ bias }) => ({ constants: zeros("conv", bias), halvings: 1 }),
  firstDense: undefined,
};

/** `scse`. */
export const scseBlock: AttentionBlock<ConcurrentSqueezeExciteOptions> = {
  apply: concurrentSqueezeExcite,
  options: { ...seBlock.options, join: oneOf("add", "max") },
  stands: "behind a map",
  neutral: ({ join = "add", bias, gate }) => {
    const channel = lastDense("cse.fc2", { bias, gate });
    if ("none" in channel || channel.halvings === 0 || gate === "tanh") {
      return {
        none: `of scse the channel gate is ${gate} and the pixel gate a sigmoid, which start at different values`,
      };
    }
    // ½·x + ½·x is x again; the larger of the two is ½·x.
    return { constants: { ...channel.constants, ...zeros("sse.conv", bias) }, halvings: join === "add" ? 0 : 1 };
  },
  firstDense: "cse.fc1.weight",
};
