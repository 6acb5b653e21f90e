/**
 * What was measured: the numbers of a comparison and their noise, `results.json`, tables and self-contained HTML pages.
 * @module senet/report
 */

export type {
  Comparison,
  ComparisonResults,
  EpochResult,
  GateResult,
  ModelResult,
  RunResult,
} from "../compare/results.js";
export { formatResults, parseResults } from "../compare/results-file.js";
export { type Measured, type MeasuredModel, summarise } from "../compare/summarise.js";
export type { Calibration, CalibrationBin } from "../evaluate/calibration.js";
export type { Activation } from "../evaluate/logits.js";
export { confusionMatrix, perClassAccuracy } from "../evaluate/metrics.js";
export { type NoiseSource, type PairedDifference, pairedDifference } from "../evaluate/paired-difference.js";
export type { ImageScore } from "../evaluate/scores.js";
export { type Measurement, type Mistake, Tally } from "../evaluate/tally.js";
export { wilsonInterval } from "../evaluate/wilson.js";
export { renderComparisonReport } from "../report/comparison-page.js";
export { renderTable } from "../report/comparison-text.js";
export { renderEvaluationReport } from "../report/evaluation-page.js";
export type { EvaluationResults, ShownMistake } from "../report/evaluation-results.js";
export { type InsertionResults, renderInsertionReport } from "../report/insertion-page.js";
export { formatSummary } from "../report/summary-text.js";
export { renderTrainingReport } from "../report/training-page.js";
export type { TrainingResults } from "../report/training-results.js";
export { NotFinite } from "../runtime/not-finite.js";
