/**
 * What needs Node: files, the hub and the native engine. Everything else runs in a browser too.
 * @module senet/node
 */

export type { FileSplit } from "../data/decode/file-split.js";
export type { ImageList, ImageRef } from "../data/image-list.js";
export { readPhoto } from "../data/node/decode/read-photo.js";
export { type FetchDatasetOptions, fetchDataset } from "../data/node/fetch-dataset.js";
export { datasetSpecs, type OpenOptions, openDataset } from "../data/node/open.js";
export type { ImageDataset } from "../data/node/open-images.js";
export type { Program } from "../evaluate/ask.js";
export type { Environment } from "../files/node/settings.js";
export { readModel } from "../graph/node/read-model.js";
export { type WriteModelOptions, writeModel } from "../graph/node/write-model.js";
export { coresOfRank } from "../parallel/node/cores-of-rank.js";
export type { Launch } from "../parallel/node/launch.js";
export { type OpenCommunicator, openCommunicator } from "../parallel/node/open-communicator.js";
export type { LibraryFacts } from "../parallel/node/protocol.js";
export type { AnswerForm, AnswerKind } from "../read/answer-form.js";
export type { ImageType, InputForm, Layout } from "../read/input-form.js";
export type { SettingReason } from "../read/settings.js";
export { type NodeRuntimeOptions, nodeRuntime } from "../runtime/node/runtime.js";
export type { ThreadRuntime } from "../runtime/worker/ask-worker.js";
export type { IndexRow } from "../serve/repository/repository.js";
export type { ServeOptions, ServerEvent } from "../serve/serve-options.js";
export { type ModelServer, startServer } from "../serve/start-server.js";
export { type Studio, type StudioOptions, startStudio } from "../studio/start-studio.js";
export { cachedTablePath, readTable, writeTable } from "../train/node/algorithm-file.js";
export { type CheckpointFolder, checkpointFolder } from "../train/node/checkpoint-folder.js";
export type { HubOptions } from "../weights/hub/node/hub-options.js";
export { type HubSettings, hubSettings } from "../weights/hub/node/hub-settings.js";
export { type CachedModel, type CacheListing, listCache } from "../weights/hub/node/list-hub-cache.js";
export {
  type HubModel,
  type HubNetwork,
  type HubWeights,
  type OpenHubModelOptions,
  openHubModel,
  openHubNetwork,
  openHubWeights,
  type PulledModel,
  pullHubModel,
} from "../weights/hub/node/open-hub-model.js";
export { type OpenTensorFile, openTensorFile } from "../weights/node/open-tensor-file.js";
export { readSafetensorsFile, writeSafetensorsFile } from "../weights/safetensors/node/safetensors-file.js";
export type { ClassifiedPhoto, ClassifyPhotosOptions } from "../workspace/classifier/classify-photos.js";
export {
  type ClassifierModel,
  type FindClassifierOptions,
  findClassifier,
} from "../workspace/classifier/find-classifier.js";
export type { OpenClassifierOptions, PhotoClassifier } from "../workspace/classifier/open-classifier.js";
export { openClassifier } from "../workspace/classifier/open-classifier.js";
export type { Photo } from "../workspace/classifier/photo-list.js";
export type { PreprocessingChanges } from "../workspace/classifier/preprocessing.js";
export { writeSheet } from "../workspace/data/contact-sheet.js";
export {
  type DatasetDescription,
  describeDataset,
  type SplitDescription,
  type Spread,
} from "../workspace/data/describe-dataset.js";
export { type OpenDataForOptions, openDataFor } from "../workspace/data/open-data-for.js";
export { skippedImages } from "../workspace/data/skipped-images.js";
export {
  type Diagnosis,
  diagnose,
  type MpiDiagnosis,
  type RankDiagnosis,
  type SumSpeed,
  timeSums,
} from "../workspace/diagnosis/diagnose.js";
export {
  type EvaluateClassifierOptions,
  evaluateClassifier,
  type MeasuredClassifier,
} from "../workspace/evaluation/evaluate-classifier.js";
export {
  type DocumentFacts,
  evaluationDocument,
  evaluationResults,
  type FinishedEvaluation,
} from "../workspace/evaluation/evaluation-results.js";
export { openTestData, type TestDataOptions } from "../workspace/evaluation/open-test-data.js";
export { freshEvaluationPath, writeEvaluation } from "../workspace/evaluation/write-evaluation.js";
export {
  type DropFromModelOptions,
  type DroppedFromModel,
  dropFromModel,
} from "../workspace/explanation/drop-from-model.js";
export {
  type ExplainedModel,
  type ExplainModelOptions,
  explainModel,
  type OpenedToExplain,
  openToExplain,
} from "../workspace/explanation/explain-model.js";
export {
  type InsertedModel,
  type InsertIntoOptions,
  insertIntoModel,
} from "../workspace/insertion/insert-into-model.js";
export { type InsertionToShow, insertionPage, writeInsertionPage } from "../workspace/insertion/insertion-page.js";
export type { ModelFile, OpenToInsertOptions } from "../workspace/insertion/open-to-insert.js";
export { type WriteLikeOptions, writeLike } from "../workspace/insertion/write-like.js";
export { type CatalogueRow, catalogue } from "../workspace/model/catalogue.js";
export {
  type ConvertWeightsOptions,
  convertWeights,
  type ListedWeights,
  listWeights,
  type ReadWeightsOptions,
} from "../workspace/model/convert-weights.js";
export {
  type ExportedModel,
  type ExportedStep,
  type ExportModelOptions,
  type ExportStepOptions,
  exportModel,
  exportStep,
} from "../workspace/model/export-model.js";
export type { FileFacts } from "../workspace/model/file-facts.js";
export type { KnownCard } from "../workspace/model/known-card.js";
export type { ModelQuery, NetworkOptions, Opening, WeightsTaking } from "../workspace/model/model-query.js";
export type { DraftedModel, ModelNotice, OpenComparedOptions } from "../workspace/model/open-compared.js";
export type { GivenStatistics, PreparedBy } from "../workspace/model/open-for-training.js";
export { type OpenedModel, type OpenModelOptions, openModel } from "../workspace/model/open-model.js";
export {
  describeModel,
  type ModelFacts,
  type ModelProfile,
  type ProfileModelOptions,
  profileModel,
  type UncountedModel,
} from "../workspace/model/profile-model.js";
export type { RecipeChoice } from "../workspace/model/situation-of.js";
export {
  type PrunedFromModel,
  type PrunedRow,
  type PruneModelOptions,
  pruneModel,
} from "../workspace/pruning/prune-model.js";
export {
  chooseAlgorithms,
  keptAlgorithms,
  type MeasureEvents,
  measuredTable,
  type RunToTune,
} from "../workspace/run/choose-algorithms.js";
export {
  type CompareInFolderOptions,
  type ComparisonProgress,
  compareInFolder,
  comparisonProgress,
  type ModelRun,
} from "../workspace/run/compare-in-folder.js";
export type { TimeBudget } from "../workspace/run/epochs-within.js";
export type { Keep, KeptEpoch } from "../workspace/run/kept-epoch.js";
export { type RunEpoch, RunList, type RunSummary } from "../workspace/run/list-runs.js";
export { openRun, type Run, type StartedRun, type StartRunOptions, startRun } from "../workspace/run/open-run.js";
export {
  type ComparisonRequest,
  type PreparedComparison,
  prepareComparison,
} from "../workspace/run/prepare-comparison.js";
export { type PreparedTraining, prepareTraining, type TrainingRequest } from "../workspace/run/prepare-training.js";
export { type RunConfig, type RunFacts, readRunConfig } from "../workspace/run/run-config.js";
export { freshRunPath, type RunFolder, type RunFolderOptions } from "../workspace/run/run-folder.js";
export {
  lastCheckpoint,
  type TrainedInFolder,
  type TrainInFolderOptions,
  trainInFolder,
} from "../workspace/run/train-in-folder.js";
export type { UnfoldSettings } from "../workspace/run/unfold-batch-norms.js";
