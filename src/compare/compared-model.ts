import type { Dataset } from "../data/dataset.js";
import type { Statistics } from "../data/image-set.js";
import type { Graph, Weights } from "../graph/graph.js";
import { initialise } from "../graph/initialise.js";
import { type Attention, formatAttention } from "../layers/attention/attention.js";
import type { ModelCard } from "../models/card/model-card.js";
import { createModel, type ModelOptions, modelEntry } from "../models/index.js";
import type { TrainOptions } from "../train/trainer.js";

/** A network that takes part in a comparison, and what it starts from. */
export interface ComparedModel {
  /** What it is called in the results and in the names of files; of each comparison different ones. */
  readonly name: string;
  /** From images [N, C, H, W] to logits [N, classes]. */
  readonly graph: Graph;
  /** `none`, or what tells its gates from those of others: `se r=16`. */
  readonly attention: string;
  /** The weights it starts from with a seed; asked for where a run begins, not where it goes on. */
  readonly start: (seed: number) => Weights | Promise<Weights>;
  /** Mean and std that its images are normalised by; those of the dataset when left out. */
  readonly statistics?: Statistics | undefined;
  /** What cards of its weights say of them besides data, recipe and seed. */
  readonly provenance?: ModelCard["provenance"];
  /** What `draftTraining` makes of it, where that was done before. */
  readonly draft?: TrainOptions["draft"];
}

/** Options of all networks; `attention` says how those look that have it by name, the others stay without. */
export type ZooOptions = Pick<ModelOptions, "attention" | "start" | "shortcut">;

/**
 * A network of the zoo for the images and classes of a dataset, whose weights are drawn by the seed.
 * @throws UserError when there is none of that name.
 * @example
 * ```ts
 * import { zooModel } from "senet";
 * import { openDataset } from "senet/node";
 *
 * const dataset = await openDataset("glyphs");
 * const { name, attention } = zooModel("seresnet20", dataset, { attention: { kind: "eca" } });
 * console.log(name, attention); // seresnet20 eca
 * ```
 */
export function zooModel(name: string, dataset: Dataset, options: ZooOptions = {}): ComparedModel {
  const own = optionsOf(name, options);
  const { channels, height, width, classes } = dataset;
  const graph = createModel(name, { classes: classes.length, input: [channels, height, width], ...own });
  return { name, graph, attention: attentionOf(name, own), start: (seed) => initialise(graph, seed) };
}

/** The options of one network: a baseline without attention keeps none, or there would be nothing to compare with. */
function optionsOf(name: string, { attention, start, ...rest }: ZooOptions): ZooOptions {
  if (modelEntry(name).attention === "none") return rest;
  return { ...rest, ...(attention && { attention }), ...(start && { start }) };
}

/** `none`, `se r=16` or `eca kernel=3`: the kind of block, then what is said of it and its start. */
function attentionOf(name: string, { attention, start }: ZooOptions): string {
  const text = blockOf(name, attention);
  if (start !== "identity" || text === "none") return text;
  return `${text}${text.includes(" ") ? "," : " "}start=identity`;
}

function blockOf(name: string, attention?: Attention): string {
  const { se, attention: own } = modelEntry(name);
  const given: Attention = attention ?? { kind: own };
  if (given.kind !== "se") return formatAttention(given).replace(":", " ");
  const { kind, reduction = se?.reduction ?? 16, ...rest } = given;
  return [
    `se r=${reduction}`,
    ...formatAttention({ kind, ...rest })
      .split(":")
      .slice(1),
  ].join(",");
}
