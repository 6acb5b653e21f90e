import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";

/** Something an optimizer remembers for each parameter: a float32 tensor of its shape that starts at one number. */
export interface SlotRule {
  readonly name: string;
  /** 0 when left out. */
  readonly start?: number;
}

/** An optimizer: what it remembers, and how it writes one update into a graph. */
export interface OptimizerRule {
  readonly slots: readonly SlotRule[];
  /** The weight decay of everything but vectors; parameter groups may say otherwise. */
  readonly weightDecay: number;
  /** True where the update depends on its number. */
  readonly counts?: boolean;
  /** Writes what all parameters share and returns how each of them moves. */
  begin(g: GraphBuilder, step: OptimizerStep): (parameter: ParameterStep) => ParameterMove;
}

/** What an optimizer sees of one update. */
export interface OptimizerStep {
  /** Those of all parameters that learn. */
  readonly gradients: readonly Value[];
  /** A scalar that replaces the optimizer's own momentum (β₁ of Adam). */
  readonly momentum?: Value | undefined;
  /** The number of this update, from 1: an int64 scalar, where the optimizer counts. */
  readonly count?: Value | undefined;
}

/** What an optimizer sees of one parameter. */
export interface ParameterStep {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly slots: readonly Value[];
  /** The learning rate of this parameter, a scalar. */
  readonly lr: Value;
  readonly weightDecay: number;
}

/** Where a parameter and what is remembered of it go. */
export interface ParameterMove {
  readonly parameter: Value;
  readonly slots: readonly Value[];
}
