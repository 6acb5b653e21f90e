import { UserError } from "../errors.js";
import { activationOf } from "../evaluate/ask.js";
import { Tally } from "../evaluate/tally.js";
import { findGates, withoutGates } from "./find-gates.js";
import { type BlockGates, GateTally } from "./gate-tally.js";
import { type GateOptions, watchedProgram, watchGates } from "./watch-gates.js";

/** How gates are explained. */
export interface ExplainGatesOptions extends GateOptions {
  /** The classes whose gates are shown one by one, by their numbers (by default all of ten or fewer, else five). */
  readonly shown?: readonly number[] | undefined;
}

/** What the gates of a model did on images, and what it said of these. */
export interface ExplainedGates {
  readonly blocks: readonly BlockGates[];
  /** How many gates weigh places of a map instead of channels; they are not measured here. */
  readonly spatial: number;
  readonly shown: readonly number[];
  /** What was summed up: it can be put together with that of other images. */
  readonly gates: GateTally;
  /** How often the model is right on the same images. */
  readonly answers: Tally;
}

/**
 * Measures what the channel gates of a model do on labelled images, in one pass: their means, deviations and quantiles by
 * class, how far the class decides them, and how they follow what they are made of.
 * Source: Hu et al., arXiv:1709.01507, §7.2.
 * @throws UserError when the model has no channel gates or gives NaN; the signal's reason when it is aborted.
 * @example
 * ```ts
 * import { readCard } from "senet";
 * import { explainGates } from "senet/explain";
 * import { nodeRuntime, openDataset, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const dataset = await openDataset("glyphs", { testLimit: 64 });
 * const runtime = nodeRuntime();
 * const prepared = { ...dataset, ...readCard(graph), classes: dataset.classes };
 * const { blocks } = await explainGates({ runtime, graph, weights, dataset: prepared });
 * await runtime.close();
 * console.log(blocks.length, blocks[0]?.paper, blocks[0]?.all.images); // 9 SE_2_1 64
 * ```
 */
export async function explainGates(options: ExplainGatesOptions): Promise<ExplainedGates> {
  const { graph, dataset, split = dataset.test } = options;
  const found = findGates(graph);
  const sites = found.filter(({ kind }) => kind === "channel");
  if (sites.length === 0) {
    if (found.length === 0) throw withoutGates(graph);
    throw new UserError(
      `${graph.name}: its ${found.length} gates weigh places, not channels; expected gates of channels`,
    );
  }
  const classes = dataset.classes.length;
  const shown = options.shown ?? usualClasses(split.labels, classes);
  const gates = new GateTally({ sites, classes, shown });
  const { answer } = watchedProgram({ ...options, sites });
  const answers = new Tally(answer.classes, activationOf(answer));
  for await (const image of watchGates(options, sites)) {
    gates.add(image);
    answers.add(image.logits, image.label, image.index);
  }
  const nameOf = (index: number) => split.nameOf?.(index);
  gates.notFinite.check(gates.images, nameOf);
  answers.notFinite.check(answers.images, nameOf);
  return { blocks: gates.read(), spatial: found.length - sites.length, shown, gates, answers };
}

/** All classes with images where they are ten or fewer, else five, evenly spread. */
function usualClasses(labels: ArrayLike<number>, classes: number): number[] {
  const there = new Set(Array.from(labels));
  const present = Array.from({ length: classes }, (_, k) => k).filter((k) => there.has(k));
  if (present.length <= 10) return present;
  return Array.from({ length: 5 }, (_, i) => present[Math.floor((i * present.length) / 5)]!);
}
