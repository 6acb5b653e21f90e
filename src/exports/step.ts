/**
 * A training step as one graph: differentiation, losses, optimizers, state, and how an engine runs it.
 * @module senet/step
 */

export type { Choose, Task } from "../lower/algorithms.js";
export { lower, type Target } from "../lower/lower.js";
export { alone } from "../parallel/communicator.js";
export type { Clip } from "../step/clip-gradients.js";
export { differentiate } from "../step/differentiate.js";
export {
  type GradientStep,
  type GradientStepOptions,
  gradientStep,
  type Labels,
  type LossRule,
} from "../step/gradient-step.js";
export type { OptimizerRule, OptimizerStep, ParameterMove, ParameterStep, SlotRule } from "../step/optimizer-rule.js";
export type { ParameterGroup } from "../step/parameter-groups.js";
export { emaWeights, initialState, type SlotStart, type StatePlan, type StateSlot } from "../step/state.js";
export { type StepDraft, type TrainingStep, type TrainingStepOptions, trainingStep } from "../step/training-step.js";
export type { WeightAverage } from "../step/weight-average.js";
export { type AlgorithmTable, type Choices, choicesOf, chooseBy } from "../train/algorithm-table.js";
export { exportTrainingStep } from "../train/export-step.js";
export { type BinaryCrossEntropyOptions, binaryCrossEntropy, crossEntropy, type LossOptions } from "../train/losses.js";
export { type OpenStepOptions, openStep } from "../train/open-step.js";
export type { AdamOptions } from "../train/optimizers/adam.js";
export type { LambOptions } from "../train/optimizers/lamb.js";
export { adam, adamW, lamb, rmspropTf, sgd } from "../train/optimizers/optimizers.js";
export type { RmspropTfOptions } from "../train/optimizers/rmsprop-tf.js";
export type { SgdOptions } from "../train/optimizers/sgd.js";
export { draftTraining, type PlanOptions, planTraining, type StepRecipe } from "../train/plan.js";
export type { OneCycleOptions } from "../train/schedules/one-cycle.js";
export type { PlateauOptions, PlateauState } from "../train/schedules/plateau.js";
export type { Rate, Schedule, ScheduleState } from "../train/schedules/schedule.js";
export { type ScheduleOptions, scheduleOf } from "../train/schedules/schedules.js";
export { emptyTable, type TuneOptions, tune, unmeasured } from "../train/tune.js";
export { type UnfoldOptions, unfoldOnData } from "../train/unfold-on-data.js";
