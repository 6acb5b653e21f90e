import type { AttentionKind, KindOptions } from "./attention-kinds.js";
import type { Gate } from "./gate.js";

/**
 * How a block starts so that it scales every map by one power of two, whatever the map: the constants that some of its
 * parameters have at first, by their names inside the block, and how often it halves. Or why there is no such start.
 */
export type NeutralStart =
  | { readonly constants: Readonly<Record<string, number>>; readonly halvings: number }
  | { readonly none: string };

/**
 * The neutral start of every kind of block. Its last layer is 0, so that it gets a gradient from the first step: the
 * gate's slope times what the layer reads. Derived in docs/insertion.md.
 */
export const neutralStarts: { readonly [K in AttentionKind]: (options: NonNullable<KindOptions<K>>) => NeutralStart } =
  {
    se: (options) => lastDense("fc2", options),
    cse: (options) => lastDense("fc2", options),
    ese: ({ gate = "hard-sigmoid" }) => lastDense("fc", { gate }),
    eca: ({ gate }) => alongChannels(gate),
    ceca: ({ gate }) => alongChannels(gate),
    sse: ({ bias }) => ({ constants: zeros("conv", bias), halvings: 1 }),
    scse: ({ join = "add", bias, gate }) => {
      const channel = lastDense("cse.fc2", { bias, gate });
      if ("none" in channel || channel.halvings === 0 || gate === "tanh") {
        return {
          none: `of scse the channel gate is ${gate} and the pixel gate a sigmoid, which start at different values`,
        };
      }
      // ½·x + ½·x is x again; the larger of the two is ½·x.
      return { constants: { ...channel.constants, ...zeros("sse.conv", bias) }, halvings: join === "add" ? 0 : 1 };
    },
    // Of the pixel gate's batch norm the weight is 0, not its convolution: batch norm would blow up the first small step.
    cbam: ({ bias }) => ({ constants: { ...zeros("channel.fc2", bias), "spatial.conv.bn.weight": 0 }, halvings: 2 }),
    ge: ({ variant = "plus", extent = 0 }) => {
      if (variant === "plus") return { constants: zeros("mlp.fc2", true), halvings: 1 };
      if (variant === "plain") {
        const last = extent === 0 ? 1 : Math.log2(extent);
        return { constants: { [`gather.norm${last}.weight`]: 0 }, halvings: 1 };
      }
      return { none: "ge:variant=minus has no parameters, so its gates follow the map from the start" };
    },
    sk: () => ({ none: "sk stands in the place of a convolution" }),
    gc: ({ fuse = "add" }) =>
      fuse === "add"
        ? { constants: zeros("mlp_add.fc2", true), halvings: 0 } // x + 0
        : { constants: zeros("mlp_scale.fc2", true), halvings: 1 },
  };

/** A layer with weights of 0 before a gate: σ(0) is ½, and so is the hard sigmoid; a ReLU can be 1 by its bias. */
function lastDense(
  name: string,
  { gate = "sigmoid", bias = true }: { gate?: Gate | undefined; bias?: boolean | undefined },
): NeutralStart {
  if (gate === "sigmoid" || gate === "hard-sigmoid") return { constants: zeros(name, bias), halvings: 1 };
  if (!bias) return { none: `a ${gate} gate without a bias starts at 0` };
  const value = gate === "relu" ? 1 : Math.atanh(0.5);
  return { constants: { [`${name}.weight`]: 0, [`${name}.bias`]: value }, halvings: gate === "relu" ? 0 : 1 };
}

function alongChannels(gate: Gate = "sigmoid"): NeutralStart {
  if (gate === "relu" || gate === "tanh") return { none: `a ${gate} gate of eca, which has no bias, starts at 0` };
  return { constants: { "conv.weight": 0 }, halvings: 1 };
}

function zeros(name: string, bias = true): Record<string, number> {
  return { [`${name}.weight`]: 0, ...(bias && { [`${name}.bias`]: 0 }) };
}
