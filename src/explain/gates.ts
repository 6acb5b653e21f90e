import { NotFinite } from "../runtime/not-finite.js";
import { findGates } from "./find-gates.js";
import { Moments } from "./moments.js";
import { type GateOptions, watchGates } from "./watch-gates.js";

/** What a block's gates did over a split. */
export interface GateStatistics {
  readonly site: string;
  readonly channels: number;
  /** [channels] mean and standard deviation over the images. */
  readonly mean: number[];
  readonly std: number[];
  /** [classes][channels] mean over the images of each class. */
  readonly perClass: number[][];
}

/**
 * Measures the channel gates of a model over the test images: what `explainGates` of `senet/explain` does, with the means
 * alone.
 * Source: Hu et al., arXiv:1709.01507, §7.2, where gates are averaged by class and block.
 * @throws the signal's reason when it is aborted.
 * @returns a row for each block, in the order of the graph; none for a network without gates.
 * @example
 * ```ts
 * import { gateStatistics, readCard } from "senet";
 * import { nodeRuntime, openDataset, readModel } from "senet/node";
 *
 * const { graph, weights } = readModel("model.onnx");
 * const dataset = await openDataset("glyphs", { testLimit: 64 });
 * const runtime = nodeRuntime();
 * const [block] = await gateStatistics({ runtime, graph, weights, dataset: { ...dataset, ...readCard(graph) } });
 * await runtime.close();
 * console.log(block?.site, block?.mean.length); // layer1.0.se 16
 * ```
 */
export async function gateStatistics(options: GateOptions): Promise<GateStatistics[]> {
  const { graph, dataset, split = dataset.test } = options;
  const sites = findGates(graph).filter(({ kind }) => kind === "channel");
  if (sites.length === 0) return [];
  const classes = dataset.classes.length;
  const sums = sites.map(({ channels }) => new Moments(channels, classes)); // more than means would burden the first entry
  const broken = new NotFinite();
  let images = 0;
  for await (const { index, label, gates } of watchGates(options, sites)) {
    images++;
    if (gates.every((own) => broken.look(own, index))) sums.forEach((moments, b) => void moments.add(gates[b]!, label));
  }
  broken.check(images, (index) => split.nameOf?.(index));
  return sites.map(({ site, channels }, b) => {
    const moments = sums[b]!;
    const whole = moments.whole();
    const each = (number: (channel: number) => number) =>
      Array.from({ length: channels }, (_, c) => rounded(number(c)));
    return {
      site,
      channels,
      mean: each((c) => whole.mean(0, c)),
      std: each((c) => whole.deviation(0, c)),
      // A class without images has no mean of its own; the mean over all stands in.
      perClass: Array.from({ length: classes }, (_, k) =>
        each((c) => (moments.counts[k]! > 0 ? moments.mean(k, c) : whole.mean(0, c))),
      ),
    };
  });
}

/** Six digits: more are noise of float32, and a file of results may hold millions of these numbers. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
