import type { Value } from "../../graph/graph.js";
import { activations } from "../activation.js";
import type { Scope } from "../scope.js";
import { cbam } from "./cbam.js";
import { channelSqueezeExcite, concurrentSqueezeExcite, spatialSqueezeExcite } from "./concurrent-squeeze-excite.js";
import { effectiveSqueezeExcite } from "./effective-squeeze-excite.js";
import { circularChannelAttention, efficientChannelAttention } from "./efficient-channel-attention.js";
import { gates } from "./gate.js";
import { gatherExcite } from "./gather-excite.js";
import { globalContext } from "./global-context.js";
import { either, flag, type OptionRule, oneOf, positive, whole } from "./option.js";
import { selectiveKernel } from "./selective-kernel.js";
import type { Site } from "./site.js";
import { squeezes } from "./squeeze.js";
import { squeezeExcite } from "./squeeze-excite.js";

/** A block over a map, and its options as a command line writes them. */
interface Kind<O> {
  readonly apply: (p: Scope, x: Value, options: O, site?: Site) => Value;
  readonly options: { readonly [K in keyof O]-?: OptionRule };
}

const gate = oneOf(...gates);
const se = {
  reduction: positive,
  hidden: either(oneOf("floor", "divisible", "mobile"), whole(1)),
  bias: flag,
  gate,
  squeeze: oneOf(...squeezes, "none"),
  weights: oneOf("conv", "linear"),
  activation: oneOf(...Object.keys(activations)),
};
const eca = { kernel: whole(1), gate };

/** Every attention block, by the name it goes by: a row is all that a new one needs beside its own file. */
export const attentionKinds = {
  se: kind(squeezeExcite, se),
  eca: kind(efficientChannelAttention, eca),
  ceca: kind(circularChannelAttention, eca),
  cse: kind(channelSqueezeExcite, se),
  sse: kind(spatialSqueezeExcite, { bias: flag }),
  scse: kind(concurrentSqueezeExcite, { ...se, join: oneOf("add", "max") }),
  cbam: kind(cbam, { reduction: positive, bias: flag, kernel: whole(1) }),
  ge: kind(gatherExcite, { variant: oneOf("minus", "plain", "plus"), extent: whole(0), reduction: positive }),
  sk: kind(selectiveKernel, { reduction: positive, least: whole(1), group: whole(1) }),
  ese: kind(effectiveSqueezeExcite, { gate }),
  gc: kind(globalContext, { reduction: positive, fuse: oneOf("add", "scale") }),
} as const;

function kind<O>(apply: Kind<O>["apply"], options: Kind<O>["options"]): Kind<O> {
  return { apply, options };
}

/** The name of an attention block. */
export type AttentionKind = keyof typeof attentionKinds;

/** The options of a block. */
export type KindOptions<K extends AttentionKind> = (typeof attentionKinds)[K] extends Kind<infer O> ? O : never;
