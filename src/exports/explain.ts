/**
 * What the gates of a network do, what it looks at, and what can go without its answers changing.
 * @module senet/explain
 */

export {
  type BlockGate,
  type GatedAnswers,
  type GatedClassifier,
  type GivenGates,
  openGatedClassifier,
} from "../classifier/gated-classifier.js";
export {
  openSalientClassifier,
  type SaliencyMap,
  type SaliencyOptions,
  type SalientAnswers,
  type SalientClassifier,
  type SalientParts,
} from "../classifier/salient-classifier.js";
export { type CamMethod, camMethods, type MapGradient } from "../explain/cam-methods.js";
export { type ChooseDropsOptions, type ChosenDrops, chooseDrops, type DropStep } from "../explain/choose-drops.js";
export type { AgainstChance, ClassDependence } from "../explain/class-dependence.js";
export { type DroppedGate, dropGates, type WithoutGates } from "../explain/drop-gates.js";
export { type ExplainedGates, type ExplainGatesOptions, explainGates } from "../explain/explain-gates.js";
export { findGates, type GateSite } from "../explain/find-gates.js";
export {
  type BlockGates,
  type GateSpread,
  GateTally,
  type GateTallyOptions,
  quantileShares,
} from "../explain/gate-tally.js";
export type { SampledImage } from "../explain/image-sample.js";
export type { Moments } from "../explain/moments.js";
export {
  type PrunedGroup,
  type PrunedModel,
  type PruneOptions,
  type PruneRule,
  pruneChannels,
  pruneRules,
} from "../explain/prune-channels.js";
export {
  type SwitchEffect,
  type SwitchOptions,
  type SwitchRow,
  type SwitchTable,
  switchOff,
} from "../explain/switch-off.js";
export { type SwitchMode, switchModes } from "../explain/switches.js";
export type { GateOptions } from "../explain/watch-gates.js";
