import type { Graph } from "../graph/graph.js";
import type { Attention, Placement } from "../layers/attention/attention.js";
import type { SqueezeExciteOptions } from "../layers/attention/squeeze-excite.js";

export type { Attention } from "../layers/attention/attention.js";

/** What every network of the zoo takes; what is left out comes from its row in the table. */
export interface ModelOptions extends ModelSwitches {
  /** Number of classes. */
  readonly classes?: number;
  /** Channels, height and width of the input in pixels. */
  readonly input?: InputSize;
  /** Which attention block the network has and where; options of SE that are left out are the network's own. */
  readonly attention?: Attention;
  /** The share of features that are left out before the classifier while training; 0 for none. */
  readonly dropout?: number;
  /** How its attention blocks start; `paper` where left out. */
  readonly start?: AttentionStart;
}

/**
 * How the attention blocks of a network start. `paper`: drawn as all layers are, so that gates stand near ½ and halve
 * what they weigh. `identity`: the network begins as the very function of the network without them, and its gates learn
 * from the first step.
 */
export type AttentionStart = "identity" | "paper";

/** Options that only some networks have. */
export interface ModelSwitches {
  /** What carries a block's input past a change of shape: a 1×1 convolution, or option A without parameters. */
  readonly shortcut?: "projection" | "A";
  /** Whether convolutions before a batch norm have biases all the same, as published weights do. */
  readonly convBias?: boolean;
  /** Whether the auxiliary classifier that helps to train is there: a second output, `aux`. */
  readonly aux?: boolean;
}

/** Channels, height and width. */
export type InputSize = readonly [channels: number, height: number, width: number];

/** What a family builds a network from: nothing is left out. */
export interface BuildOptions extends Required<ModelSwitches> {
  readonly name: string;
  readonly classes: number;
  readonly input: InputSize;
  readonly attention: Attention;
  readonly dropout: number;
  readonly start: AttentionStart;
}

/** A published network. */
export interface ModelEntry {
  /** The name of its family: `resnet`. */
  readonly family: string;
  /** The attention it has by its name. */
  readonly attention: "none" | "se";
  /** The SE options of this network where they are not the paper's. */
  readonly se?: SqueezeExciteOptions;
  readonly input: InputSize;
  readonly classes: number;
  /** As published; 0 where left out. */
  readonly dropout?: number;
  /** The stages that attention can be restricted to, first and last; the paper's numbers: conv2_x is stage 2. */
  readonly stages: readonly [first: number, last: number];
  /** Where attention can stand. */
  readonly placements: readonly Placement[];
  /** The switches that the network has, with what they are unless told otherwise. */
  readonly switches?: ModelSwitches;
  /** Our name of a parameter that the network has under another name in another library. */
  readonly alias?: (name: string) => string;
  readonly build: (options: BuildOptions) => Graph;
}

/** The networks of one family by name. */
export type ModelFamily = Readonly<Record<string, ModelEntry>>;

/** A network and its twin: `resnet50` and `seresnet50`. */
export function twins(plain: string, se: string, entry: Omit<ModelEntry, "attention">): ModelFamily {
  return { [plain]: { ...entry, attention: "none" }, [se]: { ...entry, attention: "se" } };
}
