import { replay } from "../clean/replay.js";
import type { Batch } from "../data/batch.js";
import type { Geometry, Statistics } from "../data/image-set.js";
import type { Split } from "../data/split.js";
import { testBatch } from "../data/test-batch.js";
import { type Asker, openProgram, type Program } from "../evaluate/ask.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value, Weights } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { floatsOf } from "../graph/tensor.js";
import { channelAxis } from "../read/maps.js";
import type { Runtime } from "../runtime/runtime.js";
import type { GateSite } from "./find-gates.js";
import { innerProgram } from "./inner-program.js";

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
  /** The output that is the answer, by name, where the model has several that may be. */
  readonly output?: string | undefined;
  /** Stops it between two batches. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of images that are done: 0 when the model is open, then after every batch. */
  readonly onProgress?: ((images: number) => void) | undefined;
}

/** An image, and what the model made of it. */
export interface WatchedImage {
  /** Its place in the split. */
  readonly index: number;
  readonly label: number;
  readonly logits: Float32Array;
  /** For each site its gates [channels], and the means of its map [channels]. Valid until the next image. */
  readonly gates: readonly Float32Array[];
  readonly squeezes: readonly Float32Array[];
}

/** A model that gives its gates beside its answer. */
export interface WatchedModel extends Pick<GateOptions, "graph" | "weights" | "output"> {
  readonly sites: readonly GateSite[];
}

/** The program of a model whose gates, and the means of the maps they weigh, are outputs too. */
export function watchedProgram({ graph, weights, output, sites }: WatchedModel): Program {
  const index = indexOf(graph);
  const g = new GraphBuilder(graph.name);
  const values = replay(g, graph);
  for (const { name } of graph.outputs) g.output(values.get(name)!);
  const exposed = (value: Value) =>
    (graph.outputs.some(({ name }) => name === value.name) ? value : g.output(value)).name;
  const others = sites.flatMap(({ value, map }) => {
    const axis = channelAxis(index, map);
    return [exposed(values.get(value)!), exposed(meanOf(g, values.get(map)!, axis))];
  });
  return innerProgram({ graph, weights }, g.build(), others, output);
}

/** The mean of each channel of a map. */
function meanOf(g: GraphBuilder, map: Value, axis: 1 | 3): Value {
  return axis === 1 ? g.call("GlobalAveragePool", [map]) : g.call("ReduceMean", [map, g.ints([1, 2])], { keepdims: 1 });
}

/**
 * Runs a model over images, one pass in the split's order, and gives each with its answer and its gates. Those that stand
 * in for an image that could not be read are left out.
 * @throws the signal's reason when it is aborted.
 */
export async function* watchGates(
  options: GateOptions,
  sites: readonly GateSite[],
): AsyncGenerator<WatchedImage, void, undefined> {
  const { runtime, dataset, split = dataset.test, batch = testBatch(dataset), signal, onProgress } = options;
  const program = watchedProgram({ ...options, sites });
  const asker = await openProgram(runtime, program);
  let seen = 0;
  try {
    signal?.throwIfAborted();
    onProgress?.(seen);
    for await (const images of split.batches({ batch, statistics: dataset })) {
      signal?.throwIfAborted();
      yield* watched(asker, program, images, { dataset, sites, seen });
      seen += images.size;
      onProgress?.(seen);
    }
  } finally {
    await asker.release();
  }
}

async function* watched(
  asker: Asker,
  { answer, others = [] }: Program,
  { x, y, size, indices }: Batch,
  { dataset, sites, seen }: { dataset: Geometry; sites: readonly GateSite[]; seen: number },
): AsyncGenerator<WatchedImage, void, undefined> {
  const shape = [size, dataset.channels, dataset.height, dataset.width] as const;
  const { logits, outputs } = await asker.all({ data: x, shape });
  const inner = others.map((name) => floatsOf(outputs[name]));
  const of = (k: number, n: number, channels: number) => inner[k]!.subarray(n * channels, (n + 1) * channels);
  for (let n = 0; n < size; n++) {
    if (indices[n] !== seen + n) continue;
    yield {
      index: seen + n,
      label: Number(y[n]),
      logits: logits.subarray(n * answer.classes, (n + 1) * answer.classes),
      gates: sites.map(({ channels }, b) => of(2 * b, n, channels)),
      squeezes: sites.map(({ channels }, b) => of(2 * b + 1, n, channels)),
    };
  }
}
