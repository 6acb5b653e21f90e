import { replay } from "../clean/replay.js";
import type { Geometry, Statistics } from "../data/image-set.js";
import type { Split } from "../data/split.js";
import { testBatch } from "../data/test-batch.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Weights } from "../graph/graph.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { floatsOf } from "../graph/tensor.js";
import { NotFinite } from "../runtime/not-finite.js";
import type { Runtime } from "../runtime/runtime.js";
import { findGates, type GateSite } from "./find-gates.js";

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

/** Whose gates are measured, and on what. */
export interface GateOptions {
  readonly runtime: Runtime;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly dataset: Geometry & Statistics & { readonly classes: readonly string[]; readonly test: Split };
  /** The images (those of `dataset.test` by default). */
  readonly split?: Split;
  /** Images at a time (by default 256 small ones, of large ones 8). */
  readonly batch?: number;
  /** Stops it between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of images that are done: 0 when the model is open, then after every batch. */
  readonly onProgress?: ((images: number) => void) | undefined;
}

/**
 * Measures the channel gates of a model over the test images.
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
export async function gateStatistics({
  runtime,
  graph,
  weights,
  dataset,
  split = dataset.test,
  batch = testBatch(dataset),
  signal,
  onProgress,
}: GateOptions): Promise<GateStatistics[]> {
  const sites = findGates(graph).filter(({ kind }) => kind === "channel");
  if (sites.length === 0) return [];
  const session = await runtime.open(writeOnnx(exposing(graph, sites), weights));
  const sums = sites.map(({ channels }) => new GateSums(channels, dataset.classes.length));
  const broken = sites.map(() => new NotFinite());
  let seen = 0;
  try {
    onProgress?.(seen);
    for await (const { x, y, size } of split.batches({ batch, statistics: dataset })) {
      signal?.throwIfAborted();
      const shape = [size, dataset.channels, dataset.height, dataset.width];
      const results = await session.run({ [graph.inputs[0]!.name]: { dtype: "float32", shape, data: x } });
      for (const [i, { value, channels }] of sites.entries()) {
        const gates = floatsOf(results[value]);
        for (let n = 0; n < size; n++) broken[i]!.look(gates.subarray(n * channels, (n + 1) * channels), seen + n);
        sums[i]!.add(gates, y);
      }
      seen += size;
      onProgress?.(seen);
    }
  } finally {
    await session.release();
  }
  for (const one of broken) one.check(seen, (index) => split.nameOf?.(index));
  return sites.map(({ site, channels }, i) => ({ site, channels, ...sums[i]!.statistics() }));
}

/** The graph with its gates as outputs. */
function exposing(graph: Graph, sites: readonly GateSite[]): Graph {
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph);
  for (const { value } of sites) g.output(values.get(value)!);
  return g.build();
}

/** Running sums of gates by class and channel. */
class GateSums {
  readonly #channels: number;
  readonly #classes: number;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(channels: number, classes: number) {
    this.#channels = channels;
    this.#classes = classes;
    this.#counts = new Float64Array(classes);
    this.#sums = new Float64Array(classes * channels);
    this.#squares = new Float64Array(channels);
  }

  /** Adds gates [N, C] of images with these labels. */
  add(gates: Float32Array, labels: BigInt64Array): void {
    const channels = this.#channels;
    for (const [n, label] of labels.entries()) {
      const row = Number(label);
      this.#counts[row]!++;
      for (let c = 0; c < channels; c++) {
        const gate = gates[n * channels + c]!;
        this.#sums[row * channels + c]! += gate;
        this.#squares[c]! += gate * gate;
      }
    }
  }

  statistics() {
    const channels = Array.from({ length: this.#channels }, (_, c) => c);
    const classes = Array.from({ length: this.#classes }, (_, k) => k);
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const sum = (k: number, c: number) => this.#sums[k * this.#channels + c]!;
    const mean = channels.map((c) => classes.reduce((all, k) => all + sum(k, c), 0) / total);
    return {
      mean: mean.map(rounded),
      std: channels.map((c) => rounded(Math.sqrt(Math.max(0, this.#squares[c]! / total - mean[c]! ** 2)))),
      // A class without images has no mean of its own; the mean over all stands in.
      perClass: classes.map((k) =>
        channels.map((c) => rounded(this.#counts[k] ? sum(k, c) / this.#counts[k]! : mean[c]!)),
      ),
    };
  }
}

/** Six digits: more are noise of float32, and a file of results may hold millions of these numbers. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
