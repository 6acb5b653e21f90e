/**
 * What most programs need: networks by name, training, evaluation, comparison, attention put into networks that exist,
 * and ONNX files in and out. Everything here runs in Node and in browsers; `senet/node` has the engine and the files.
 *
 * Each other entry is the whole of its topic: `senet/graph`, `senet/layers`, `senet/step`, `senet/insert`,
 * `senet/data`, `senet/weights` and `senet/report`.
 * @module senet
 */

export { countMacs } from "../account/cost.js";
export { type NodeProfile, type Profile, profile } from "../account/profile.js";
export { type LayerSummary, type Summary, summary } from "../account/summary.js";
export {
  type ClassifiedImage,
  type Classifier,
  type ClassifierFacts,
  type ClassifierParts,
  openClassifier,
} from "../classifier/open-classifier.js";
export { type Comparison, compare } from "../compare/compare.js";
export type { CompareOptions, Interim, MeasureProgress, RunId } from "../compare/compare-options.js";
export { type ComparedModel, type ZooOptions, zooModel } from "../compare/compared-model.js";
export type { RunResult } from "../compare/results.js";
export type { ErrorComparison } from "../compare/summarise.js";
export { type Augmentation, noAugmentation } from "../data/augment/augmentation.js";
export type { CanvasPixels, Pixels } from "../data/augment/pixels.js";
export type { Batch } from "../data/batch.js";
export { type Dataset, type DatasetParts, defineDataset, type MemoryDataset } from "../data/dataset.js";
export { preprocess } from "../data/preprocess.js";
export type { Preprocessing } from "../data/preprocessing.js";
export type { BatchOptions, Split } from "../data/split.js";
export { EngineError, UserError, type UserErrorDetails } from "../errors.js";
export type { Answer } from "../evaluate/answers.js";
export { type EvaluateOptions, type Evaluation, evaluate, type TestData } from "../evaluate/evaluate.js";
export type { Activation } from "../evaluate/logits.js";
export { type Measurement, Tally } from "../evaluate/tally.js";
export { findGates, type GateSite } from "../explain/find-gates.js";
export { type GateStatistics, gateStatistics } from "../explain/gates.js";
export type { GateOptions } from "../explain/watch-gates.js";
export { countParameters, type Graph, type Model, type Value, type Weights } from "../graph/graph.js";
export { initialise } from "../graph/initialise.js";
export { type ReadOptions, readOnnx } from "../graph/onnx/read-onnx.js";
export { type WriteOptions, writeOnnx } from "../graph/onnx/write-onnx.js";
export { float32, floatsOf, int64, type Tensor } from "../graph/tensor.js";
export { type Inserted, type InsertOptions, insertAttention, insertedWeights } from "../insert/insert-attention.js";
export { type Attention, formatAttention, parseAttention } from "../layers/attention/attention.js";
export { cardPreprocessing, type ModelCard, readCard, withCard } from "../models/card/model-card.js";
export { publishedPreprocessing } from "../models/card/published-preprocessing.js";
export { createModel, models } from "../models/index.js";
export type {
  AttentionStart,
  BuildOptions,
  InputSize,
  ModelEntry,
  ModelFamily,
  ModelOptions,
  ModelSwitches,
} from "../models/model.js";
export type { Notice, OnNotice } from "../notice.js";
export type { Communicator } from "../parallel/communicator.js";
export { formatSummary } from "../report/summary-text.js";
export type { OrtInput, OrtModule, OrtSession, OrtSessionOptions, OrtTensor } from "../runtime/ort/ort-module.js";
export { ortRuntime } from "../runtime/ort-runtime.js";
export type { OpenOptions, Runtime, Session, Tensors } from "../runtime/runtime.js";
export type { Checkpoint, EpochSums, RunProgress } from "../train/checkpoint.js";
export type { CheckpointEvery } from "../train/checkpointer.js";
export type { StepProgress } from "../train/epoch.js";
export type { EpochRecord } from "../train/epoch-record.js";
export { defaultRecipe, type PartialRecipe, type Recipe } from "../train/recipe.js";
export type { RunIdentity } from "../train/run-identity.js";
export { type TestedWeights, type TrainOptions, type TrainResult, train } from "../train/trainer.js";
export { type Situation, usualRecipe } from "../train/usual-recipe.js";
export { type LoadWeightsOptions, loadWeights } from "../weights/load-weights.js";
export { readSafetensors, writeSafetensors } from "../weights/safetensors/safetensors.js";
export type { TensorFile } from "../weights/tensor-listing.js";
