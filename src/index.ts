export { countMacs } from "./account/cost.js";
export { type Profile, profile } from "./account/profile.js";
export { type ImportOptions, importModel } from "./clean/import-model.js";
export { rebatch } from "./clean/rebatch.js";
export { type SimplifyOptions, simplify } from "./clean/simplify.js";
export { untieStatistics } from "./clean/untie-statistics.js";
export { type CompareOptions, compare } from "./compare/compare.js";
export { type ComparedModel, zooModel } from "./compare/compared-model.js";
export type { ComparisonResults } from "./compare/results.js";
export { formatResults, parseResults } from "./compare/results-file.js";
export { summarise } from "./compare/summarise.js";
export {
  defaultCrop,
  defaultErasing,
  noAugmentation,
} from "./data/augment/augmentation.js";
export type { Mix } from "./data/augment/mix.js";
export type { Pixels } from "./data/augment/pixels.js";
export type { Resampling } from "./data/augment/resampling.js";
export { type Box, type ResizeOptions, resize } from "./data/augment/resize.js";
export { type CropMode, centreCrop, type ImageSize, type Rounding, resizedSize } from "./data/centre-crop.js";
export type { Augmentation, Dataset, ImageSet, MemoryDataset } from "./data/dataset.js";
export { defineDataset } from "./data/dataset.js";
export { type MemorySplit, memorySplit } from "./data/memory-split.js";
export { type Preprocessing, preprocess } from "./data/preprocessing.js";
export type { Batch, BatchOptions, Split } from "./data/split.js";
export { measureWait } from "./data/waiting.js";
export { UserError } from "./errors.js";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate/evaluate.js";
export { confusionMatrix, perClassAccuracy } from "./evaluate/metrics.js";
export { pairedDifference } from "./evaluate/paired-difference.js";
export { type Measurement, Tally } from "./evaluate/tally.js";
export { wilsonInterval } from "./evaluate/wilson.js";
export { findGates, type GateSite } from "./explain/find-gates.js";
export { type GateStatistics, gateStatistics } from "./explain/gates.js";
export { GraphBuilder } from "./graph/builder.js";
export { countParameters, type Graph, type Model, type Value, type Weights } from "./graph/graph.js";
export { initialise } from "./graph/initialise.js";
export { type ReadOptions, readOnnx } from "./graph/onnx/read-onnx.js";
export { type SplitModel, type WriteOptions, writeOnnx, writeOnnxSplit } from "./graph/onnx/write-onnx.js";
export { float32, int64, type Tensor } from "./graph/tensor.js";
export {
  type Inserted,
  type InsertedSite,
  type InsertOptions,
  insertAttention,
  insertedWeights,
} from "./insert/insert-attention.js";
export { formatAttention, parseAttention } from "./layers/attention/attention.js";
export { type SqueezeExciteOptions, squeezeExcite } from "./layers/attention/squeeze-excite.js";
export { Scope } from "./layers/scope.js";
export { lower } from "./lower/lower.js";
export { cardPreprocessing, type ModelCard, readCard, withCard } from "./models/card/model-card.js";
export { publishedPreprocessing } from "./models/card/published-preprocessing.js";
export { type Attention, createModel, type ModelOptions, models } from "./models/index.js";
export { renderEvaluationReport } from "./report/evaluation-page.js";
export type { EvaluationResults } from "./report/evaluation-results.js";
export { renderComparisonReport } from "./report/html.js";
export { renderTable } from "./report/table.js";
export type { Runtime, Session } from "./runtime/runtime.js";
export { differentiate } from "./step/differentiate.js";
export { type GradientStep, gradientStep } from "./step/gradient-step.js";
export { emaWeights, initialState, type StateSlot } from "./step/state.js";
export { type TrainingStep, trainingStep } from "./step/training-step.js";
export { type AlgorithmTable, type Choices, choicesOf, chooseBy } from "./train/algorithm-table.js";
export type { Checkpoint } from "./train/checkpoint.js";
export type { StepProgress } from "./train/epoch.js";
export type { EpochRecord } from "./train/epoch-record.js";
export { exportTrainingStep } from "./train/export-step.js";
export { binaryCrossEntropy, crossEntropy } from "./train/losses.js";
export { openStep } from "./train/open-step.js";
export { adam, adamW, lamb, rmspropTf, sgd } from "./train/optimizers/optimizers.js";
export { planTraining } from "./train/plan.js";
export { defaultRecipe, type Recipe } from "./train/recipe.js";
export { type Schedule, type ScheduleState, scheduleOf } from "./train/schedules/schedules.js";
export { type TrainOptions, train } from "./train/trainer.js";
export { emptyTable, type TuneOptions, tune, unmeasured } from "./train/tune.js";
export { type UnfoldOptions, unfoldOnData } from "./train/unfold-on-data.js";
export { type HubId, parseHubId } from "./weights/hub/hub-id.js";
export { parseTimmConfig, type TimmConfig } from "./weights/hub/timm-config.js";
export { type LoadWeightsOptions, loadWeights, WeightsMismatch } from "./weights/load-weights.js";
export { openPth, type PthOptions, readPth } from "./weights/pth/pth.js";
export { readSafetensors, type TensorFile, writeSafetensors } from "./weights/safetensors/safetensors.js";
export { listingOf, readAll, type TensorListing } from "./weights/tensor-listing.js";
