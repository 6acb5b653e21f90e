import type { Value } from "../../graph/graph.js";
import type { Scope } from "../scope.js";
import type { OptionRule } from "./option.js";
import type { Site } from "./site.js";
import type { NeutralStart } from "./written-block.js";

/**
 * Everything there is to know about one attention block. Adding one is a file with this, its test and a line in
 * `attention-kinds.ts`.
 */
export interface AttentionBlock<O extends object> {
  /** Writes the block over a map x [N, C, H, W], and says what comes out. */
  apply(p: Scope, x: Value, options?: O, site?: Site): Value;
  /** Its options as a command line writes them. */
  readonly options: { readonly [K in keyof O]-?: OptionRule };
  /** Whether it weighs a map, or takes the place of a 3×3 convolution. */
  readonly stands: "behind a map" | "for a convolution";
  /** How it starts where a network's answers must stay. */
  neutral(options: O, site?: Site): NeutralStart;
  /**
   * The weight of a dense layer that reads the map's means and ends in a ReLU, by its name inside the block: where a
   * network's answers must stay, none of its units may start silent. Undefined where there is no such layer.
   */
  readonly firstDense: string | undefined;
}
