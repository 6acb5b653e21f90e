import { UserError } from "../../errors.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { conv } from "../conv.js";
import type { Scope } from "../scope.js";
import type { AttentionBlock } from "./attention-block.js";
import { zeros } from "./neutral-start.js";
import { oneOf, positive } from "./option.js";

/** Options of a global context block. */
export interface GlobalContextOptions {
  /** The hidden layer has ⌊C/r⌋ units. */
  readonly reduction?: number;
  /** How the context acts on the map: added to every pixel, as in the paper, or as a gate, as in timm's `gc`. */
  readonly fuse?: "add" | "scale";
}

/**
 * Every pixel receives what the map holds where the block looks: a softmax over all pixels weighs them.
 * Source: Cao et al. 2019, arXiv:1904.11492, §3.3. Names are timm's. The added context is 0 at first.
 * @param x [N, C, H, W]. @returns the same shape. @throws UserError when there are fewer than 3 hidden units.
 * @example
 * ```ts
 * import { globalContext, GraphBuilder, Scope } from "senet/layers";
 *
 * const p = new Scope(new GraphBuilder("own"));
 * const x = p.g.input("x", "float32", ["N", 64, 14, 14]);
 * console.log(globalContext(p.at("gc"), x, { fuse: "scale" }).shape); // [ 'N', 64, 14, 14 ]
 * ```
 */
export function globalContext(p: Scope, x: Value, { reduction = 16, fuse = "add" }: GlobalContextOptions = {}): Value {
  const { g } = p;
  const [channels, pixels] = [extent(x, 1), extent(x, 2) * extent(x, 3)];
  const init = { kind: "he-normal", fan: "in" } as const;
  const logits = conv(p.at("conv_attn"), x, { channels: 1, kernel: 1, bias: true, init });
  const weights = g.call("Softmax", [g.call("Reshape", [logits, g.ints([0, pixels, 1])])], { axis: 1 });
  const context = g.call("MatMul", [g.call("Reshape", [x, g.ints([0, channels, pixels])]), weights]); // [N, C, 1]
  const z = g.call("Reshape", [context, g.ints([0, channels, 1, 1])]);

  const mlp = p.at(fuse === "add" ? "mlp_add" : "mlp_scale");
  const hidden = Math.floor(channels / reduction);
  if (!(hidden >= 3)) {
    throw new UserError(
      `gc: got ${channels} channels with reduction ${reduction}; expected 3 hidden units at least, as of fewer the layer norm leaves no more than signs; give a smaller reduction`,
    );
  }
  const h = g.call("Relu", [
    layerNorm(mlp.at("norm"), conv(mlp.at("fc1"), z, { channels: hidden, kernel: 1, bias: true, init })),
  ]);
  const last = fuse === "add" ? ({ kind: "constant", value: 0 } as const) : init;
  const y = conv(mlp.at("fc2"), h, { channels, kernel: 1, bias: true, init: last });
  if (fuse === "add") return g.call("Add", [x, y], {}, p.name("out"));
  return g.call("Mul", [x, g.call("Sigmoid", [y], {}, p.name("gate"))], {}, p.name("out"));
}

/** Each image's channels brought to mean 0 and variance 1, then scaled and shifted. @param z [N, C, 1, 1]. */
function layerNorm(p: Scope, z: Value): Value {
  const { g } = p;
  const channels = extent(z, 1);
  const weight = p.parameter("weight", [channels], { kind: "constant", value: 1 });
  const bias = p.parameter("bias", [channels], { kind: "constant", value: 0 });
  const flat = g.call("LayerNormalization", [g.call("Flatten", [z]), weight, bias], { axis: 1, epsilon: 1e-6 });
  return g.call("Reshape", [flat, g.ints([0, channels, 1, 1])]);
}

/** `gc`. */
export const gcBlock: AttentionBlock<GlobalContextOptions> = {
  apply: globalContext,
  options: { reduction: positive, fuse: oneOf("add", "scale") },
  stands: "behind a map",
  neutral: ({ fuse = "add" }) =>
    fuse === "add"
      ? { constants: zeros("mlp_add.fc2"), halvings: 0 } // x + 0
      : { constants: zeros("mlp_scale.fc2"), halvings: 1 },
  firstDense: undefined,
};
