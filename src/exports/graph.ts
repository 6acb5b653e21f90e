/**
 * Graphs as data: how one is written, read, changed without changing what it computes, and counted.
 * @module senet/graph
 */

export { costByNode, countMacs, type NodeCost } from "../account/cost.js";
export { type NodeProfile, type Profile, profile } from "../account/profile.js";
export { type LayerSummary, type Summary, summary } from "../account/summary.js";
export { type ImportOptions, importModel } from "../clean/import-model.js";
export { rebatch } from "../clean/rebatch.js";
export { bindDims } from "../clean/replay.js";
export { type SimplifyOptions, simplify } from "../clean/simplify.js";
export { untieStatistics } from "../clean/untie-statistics.js";
export { withChannels } from "../clean/with-channels.js";
export { UserError, type UserErrorDetails } from "../errors.js";
export type {
  Attribute,
  AttributeKind,
  AttributeKinds,
  AttributeRule,
  AttributeSchema,
  Attributes,
  AttributesOf,
} from "../graph/attributes.js";
export { GraphBuilder } from "../graph/builder.js";
export type { Known } from "../graph/dims/known.js";
export { extent, ShapeError } from "../graph/dims/shape.js";
export {
  countParameters,
  type Dim,
  type Graph,
  type Init,
  type Model,
  type Node,
  type Parameter,
  type Place,
  type Value,
  type ValueType,
  type Weights,
} from "../graph/graph.js";
export { GraphIndex, indexOf, type Reader } from "../graph/graph-index.js";
export { initialise } from "../graph/initialise.js";
export type { ModelView, ViewedNode, ViewedValue } from "../graph/model-view.js";
export type { ImageExtents } from "../graph/onnx/inputs.js";
export { type Outline, outlineOnnx } from "../graph/onnx/outline.js";
export { type ReadOptions, readOnnx } from "../graph/onnx/read-onnx.js";
export type { ExternalData, ReadExternal } from "../graph/onnx/tensor.js";
export { type SplitModel, type WriteOptions, writeOnnx, writeOnnxSplit } from "../graph/onnx/write-onnx.js";
export {
  type DType,
  type DTypeArrays,
  float32,
  float64,
  floatsOf,
  int64,
  type Tensor,
  toNumbers,
  zeros,
} from "../graph/tensor.js";
export type { OpName, OpSchema } from "../ops/index.js";
