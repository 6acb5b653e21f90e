import {
  type FoldedConvolution,
  foldedConvolutions,
  type Moments,
  momentsGraph,
  unfoldBatchNorm,
  withBatchNorms,
} from "../clean/unfold-batch-norm.js";
import type { Augmentation } from "../data/augment/augmentation.js";
import type { Dataset } from "../data/dataset.js";
import { UserError } from "../errors.js";
import type { Graph, Model, Weights } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { toNumbers } from "../graph/tensor.js";
import type { Runtime } from "../runtime/runtime.js";

/** Options of {@link unfoldOnData}. */
export interface UnfoldOptions {
  readonly runtime: Runtime;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly dataset: Dataset;
  /** What training does to its images: the statistics are of such. */
  readonly augment: Augmentation;
  readonly batch: number;
  /** How many images are looked at, all there are at most. */
  readonly images?: number;
  readonly seed?: number;
  /** Called after every batch with the number of images seen, and of those to see. */
  readonly onProgress?: ((images: number, all: number) => void) | undefined;
}

/**
 * Puts batch norms back that were folded into convolutions, with statistics that are measured on training images: the
 * model gives the answers it gave, and trains as one that has them.
 * @throws UserError when there is no convolution that may have lost one.
 * @example
 * ```ts
 * import { GraphBuilder, initialise } from "senet/graph";
 * import { classifier, conv, Scope } from "senet/layers";
 * import { nodeRuntime, openDataset } from "senet/node";
 * import { unfoldOnData } from "senet/step";
 *
 * const g = new GraphBuilder("folded"); // a convolution with a bias, and no batch norm behind it
 * const p = new Scope(g);
 * const y = conv(p.at("conv"), g.input("x", "float32", ["N", 3, 32, 32]), { channels: 8, kernel: 3, bias: true });
 * g.output(classifier(p.at("fc"), g.call("Relu", [y]), { classes: 26 }), "logits");
 * const graph = g.build();
 *
 * const dataset = await openDataset("glyphs", { trainLimit: 64, testLimit: 32 });
 * const runtime = nodeRuntime();
 * const weights = initialise(graph, 1);
 * const unfolded = await unfoldOnData({ runtime, graph, weights, dataset, augment: dataset.augment, batch: 32 });
 * await runtime.close();
 * console.log(unfolded.graph.nodes.some(({ op }) => op === "BatchNormalization")); // true
 * ```
 */
export async function unfoldOnData({
  runtime,
  graph,
  weights,
  dataset,
  augment,
  batch,
  images = 1024,
  seed = 1,
  onProgress,
}: UnfoldOptions): Promise<Model> {
  const sites = sitesOf(graph);
  const running = new Map(sites.map(({ output, channels }) => [output, new RunningMoments(channels)]));
  const session = await runtime.open(writeOnnx(momentsGraph(graph, sites), weights));
  try {
    const shape = [batch, dataset.channels, dataset.height, dataset.width];
    let seen = 0;
    const options = { batch, seed, epoch: 1, shuffle: true, dropLast: true, augment, statistics: dataset };
    for await (const { x } of dataset.train.batches(options)) {
      const results = await session.run({ [graph.inputs[0]!.name]: { dtype: "float32", shape, data: x } });
      for (const [output, moments] of running) {
        moments.add(toNumbers(results[`mean.${output}`]!), toNumbers(results[`variance.${output}`]!));
      }
      seen += batch;
      onProgress?.(seen, Math.min(images, dataset.train.length));
      if (seen >= images) break;
    }
  } finally {
    await session.release();
  }
  const moments = new Map([...running].map(([output, of]) => [output, of.moments()]));
  return unfoldBatchNorm({ graph, weights }, sites, moments);
}

/**
 * The graph of {@link unfoldOnData} without the measuring, for a run that goes on: its checkpoint holds the values of
 * all batch norms. And how many it puts back.
 * @throws UserError when there is no convolution that may have lost one.
 */
export function unfoldedGraph(graph: Graph): { readonly graph: Graph; readonly count: number } {
  const sites = sitesOf(graph);
  return { graph: withBatchNorms(graph, sites), count: sites.length };
}

function sitesOf(graph: Graph): FoldedConvolution[] {
  const sites = foldedConvolutions(graph);
  if (sites.length > 0) return sites;
  throw new UserError(
    `${graph.name}: got no convolution whose batch norm was folded away (with a bias, and no batch norm behind it); ` +
      "leave it as it is",
    { option: "unfoldBn" },
  );
}

/** Moments over batches of one size. */
class RunningMoments {
  readonly #mean: Float64Array;
  /** Of the batches' variances, and of their means around the mean: both are parts of the variance. */
  readonly #within: Float64Array;
  readonly #between: Float64Array;
  #batches = 0;

  constructor(channels: number) {
    this.#mean = new Float64Array(channels);
    this.#within = new Float64Array(channels);
    this.#between = new Float64Array(channels);
  }

  add(mean: readonly number[], variance: readonly number[]): void {
    this.#batches++;
    for (const [c, value] of mean.entries()) {
      const off = value - this.#mean[c]!;
      this.#mean[c]! += off / this.#batches;
      this.#between[c]! += off * (value - this.#mean[c]!);
      this.#within[c]! += variance[c]!;
    }
  }

  moments(): Moments {
    return {
      mean: this.#mean,
      variance: this.#within.map((sum, c) => (sum + this.#between[c]!) / this.#batches),
    };
  }
}
