/**
 * Attention put into networks that exist, whoever exported them: where blocks go, what they cost, and their first
 * weights.
 * @module senet/insert
 */

export type { MeanMap, MeanMaps } from "../insert/awake-units.js";
export type { BlockCost } from "../insert/block-cost.js";
export {
  type Inserted,
  type InsertedSite,
  type InsertOptions,
  insertAttention,
  insertedWeights,
} from "../insert/insert-attention.js";
export { type OutlineRow, outline } from "../insert/outline.js";
export type { InsertionSite } from "../insert/plan-sites.js";
export type { Scaled } from "../insert/rescale.js";
export type { UnitKind } from "../insert/units/found-unit.js";
export { type Attention, formatAttention, parseAttention, type SomeAttention } from "../layers/attention/attention.js";
export type { Position } from "../read/positions.js";
