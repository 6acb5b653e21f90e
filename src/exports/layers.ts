/**
 * What networks are made of: functions that write layers and attention blocks into a graph, with parameters named by
 * their place.
 * @module senet/layers
 */

export { GraphBuilder } from "../graph/builder.js";
export type { Init, Value } from "../graph/graph.js";
export { type Activation, activations } from "../layers/activation.js";
export {
  type Attention,
  type AttentionPlace,
  attend,
  formatAttention,
  type Placement,
  parseAttention,
  placements,
  type SomeAttention,
  type Where,
} from "../layers/attention/attention.js";
export type { AttentionKind } from "../layers/attention/attention-kinds.js";
export { type CbamOptions, cbam } from "../layers/attention/cbam.js";
export {
  type ConcurrentSqueezeExciteOptions,
  channelSqueezeExcite,
  concurrentSqueezeExcite,
  type SpatialSqueezeExciteOptions,
  spatialSqueezeExcite,
} from "../layers/attention/concurrent-squeeze-excite.js";
export {
  type EffectiveSqueezeExciteOptions,
  effectiveSqueezeExcite,
} from "../layers/attention/effective-squeeze-excite.js";
export {
  circularChannelAttention,
  type EcaOptions,
  efficientChannelAttention,
} from "../layers/attention/efficient-channel-attention.js";
export type { Gate } from "../layers/attention/gate.js";
export { type GatherExciteOptions, gatherExcite } from "../layers/attention/gather-excite.js";
export { type GlobalContextOptions, globalContext } from "../layers/attention/global-context.js";
export { type SelectiveKernelOptions, selectiveKernel } from "../layers/attention/selective-kernel.js";
export type { Site } from "../layers/attention/site.js";
export { type Squeeze, squeeze } from "../layers/attention/squeeze.js";
export { type SqueezeExciteOptions, squeezeExcite } from "../layers/attention/squeeze-excite.js";
export type { NeutralStart, WrittenBlock } from "../layers/attention/written-block.js";
export { batchNorm } from "../layers/batch-norm.js";
export { type ClassifierOptions, classifier } from "../layers/classifier.js";
export { type ConvOptions, conv, type Pair } from "../layers/conv.js";
export { type ConvNormOptions, convNorm } from "../layers/conv-norm.js";
export { dropout } from "../layers/dropout.js";
export { type LinearOptions, linear } from "../layers/linear.js";
export { adaptiveAveragePool, averagePool, maxPool, type PoolOptions } from "../layers/pool.js";
export { Scope } from "../layers/scope.js";
