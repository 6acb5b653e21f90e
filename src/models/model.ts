import type { Graph } from "../graph/graph.js";

/** The attention block at the end of every residual branch. */
export type Attention = { readonly kind: "none" } | { readonly kind: "se"; readonly reduction: number };

/** What every network of the zoo takes; what is left out comes from its row in the table. */
export interface ModelOptions {
  /** Number of classes. */
  readonly classes?: number;
  /** Channels, height and width of the input in pixels. */
  readonly input?: readonly [channels: number, height: number, width: number];
  readonly attention?: Attention;
  /** What carries a block's input past a change of shape: a 1×1 convolution, or option A without parameters. */
  readonly shortcut?: "projection" | "A";
}

/** A published network. */
export interface ModelEntry {
  readonly attention: "none" | "se";
  readonly input: readonly [channels: number, height: number, width: number];
  readonly build: (options: Required<ModelOptions>) => Graph;
}

/** The networks of one family by name. */
export type ModelFamily = Readonly<Record<string, ModelEntry>>;
