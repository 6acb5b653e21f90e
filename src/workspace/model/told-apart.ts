import type { Dataset } from "../../data/dataset.js";
import type { Graph, Model } from "../../graph/graph.js";
import { indexOf } from "../../graph/graph-index.js";
import { floatsOf } from "../../graph/tensor.js";
import { headOf } from "../../read/head.js";
import type { Runtime } from "../../runtime/runtime.js";

/** So many training images say enough. */
const IMAGES = 256;

/**
 * How well the weights of a model tell the classes of a dataset apart before they learn any: the share of training
 * images, 0 to 1, whose nearest mean of a class, by the cosine of what the last layer sees less its mean, is their own
 * class's. The image itself is left out of its class's mean. Up to 256 images are looked at.
 * Source: nearest class mean as in Mensink et al. 2013, section 3.
 */
export async function toldApart(
  runtime: Runtime,
  { graph, weights }: Model,
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<number> {
  const { writeOnnx } = await import("../../graph/onnx/write-onnx.js");
  const seen = seenByHead(graph);
  const session = await runtime.open(writeOnnx(seen, weights));
  const features: Float32Array[] = [];
  const labels: number[] = [];
  try {
    const batch = Math.min(16, dataset.train.length);
    for await (const { x, y, size } of dataset.train.batches({ batch, shuffle: true, statistics: dataset })) {
      signal?.throwIfAborted();
      const shape = [size, dataset.channels, dataset.height, dataset.width];
      const results = await session.run({ [graph.inputs[0]!.name]: { dtype: "float32", shape, data: x } });
      const values = floatsOf(results[seen.outputs[0]!.name]);
      const width = values.length / size;
      for (let n = 0; n < size; n++) {
        features.push(values.slice(n * width, (n + 1) * width));
        labels.push(Number(y[n]));
      }
      if (labels.length >= IMAGES) break;
    }
  } finally {
    await session.release();
  }
  return nearestMean(features, labels, dataset.classes.length);
}

/** The network up to what its last layer takes. */
function seenByHead(graph: Graph): Graph {
  const head = new Set(headOf(graph).map(({ name }) => name));
  const last = graph.nodes.find(({ inputs }) => head.has(inputs[1] ?? ""))!;
  return { ...graph, outputs: [indexOf(graph).value(last.inputs[0]!)] };
}

/** The share of vectors whose nearest mean of a class, without themselves, is that of their label. */
export function nearestMean(vectors: readonly Float32Array[], labels: readonly number[], classes: number): number {
  const width = vectors[0]?.length ?? 0;
  const middle = new Float64Array(width);
  for (const vector of vectors) for (let i = 0; i < width; i++) middle[i]! += vector[i]! / vectors.length;
  const unit = vectors.map((vector) => normalised(Float64Array.from(vector, (value, i) => value - middle[i]!)));
  const sums = Array.from({ length: classes }, () => new Float64Array(width));
  for (const [n, vector] of unit.entries()) add(sums[labels[n]!]!, vector, 1);
  const members = sums.map((_, label) => labels.filter((own) => own === label).length);
  let right = 0;
  for (const [n, vector] of unit.entries()) {
    const own = sums[labels[n]!]!;
    add(own, vector, -1);
    const similar = sums.map((sum) => dot(vector, normalised(sum)));
    if (
      members[labels[n]!]! > 1 &&
      similar.every((value, label) => label === labels[n] || value < similar[labels[n]!]!)
    )
      right++;
    add(own, vector, 1);
  }
  return vectors.length === 0 ? 0 : right / vectors.length;
}

function add(to: Float64Array, vector: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += times * vector[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function normalised(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}
