import type { Graph, Node, Weights } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { float32 } from "../graph/tensor.js";
import type { SomeAttention } from "../layers/attention/attention.js";
import { attentionKinds } from "../layers/attention/attention-kinds.js";
import { opOf } from "../ops/index.js";
import type { PlannedSite } from "./plan-sites.js";

/**
 * What is known of the mean over images of the map that a block squeezes, without an image: the name of the batch
 * norm's bias, which it is, or that it is not negative, as after a ReLU. By the name of the weight that reads it.
 */
export type MeanMaps = ReadonlyMap<string, MeanMap>;

/** What is known of the mean of a map. */
export type MeanMap = { readonly bias: string } | "positive";

/** @param graph with the blocks; the batch norms before them may have other biases than in the indexed graph. */
export function meanMaps(
  graph: Graph,
  index: GraphIndex,
  sites: readonly PlannedSite[],
  { kind }: SomeAttention,
): MeanMaps {
  const { firstDense } = attentionKinds[kind];
  if (firstDense === undefined) return new Map();
  const written = indexOf(graph);
  return new Map(
    sites.flatMap(({ site, edge }): (readonly [string, MeanMap])[] => {
      const name = `${site.name}.${firstDense}`;
      const maker = index.maker(edge.value);
      const bias = written.maker(edge.value)?.inputs[2] ?? "";
      if (maker !== undefined && isPositive(maker)) return [[name, "positive"]];
      return maker?.op === "BatchNormalization" && graph.parameters.has(bias) ? [[name, { bias }]] : [];
    }),
  );
}

function isPositive({ op, domain }: Node): boolean {
  const rule = opOf(op, domain);
  return rule.kind === "activation" && rule.positive;
}

/**
 * Turns those rows of first dense layers whose unit would be silent for the mean map: where there are one or two hidden
 * units, a ReLU that is 0 for all images would leave its block with nothing to learn but a bias. The rows were drawn
 * from a symmetric distribution, so a turned one is as likely as it was.
 */
export function awakeUnits(drawn: Weights, known: Weights, means: MeanMaps): Weights {
  const turned = new Map(drawn);
  for (const [name, mean] of means) {
    const weight = drawn.get(name);
    const bias = mean === "positive" ? undefined : known.get(mean.bias);
    if (weight === undefined || (mean !== "positive" && bias === undefined)) continue;
    const data = Float32Array.from(weight.data as Float32Array);
    const channels = weight.shape[1]!;
    for (let row = 0; row < data.length; row += channels) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += data[row + c]! * (bias === undefined ? 1 : Number(bias.data[c]));
      if (sum < 0) for (let c = 0; c < channels; c++) data[row + c] = -data[row + c]!;
    }
    turned.set(name, float32(weight.shape, data));
  }
  return turned;
}
