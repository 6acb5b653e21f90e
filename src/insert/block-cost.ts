import { countMacs } from "../account/cost.js";
import { GraphBuilder } from "../graph/builder.js";
import { countParameters, type Dim } from "../graph/graph.js";
import type { SomeAttention } from "../layers/attention/attention.js";
import { attentionKinds } from "../layers/attention/attention-kinds.js";
import { Scope } from "../layers/scope.js";

/** What one block takes. */
export interface BlockCost {
  readonly params: number;
  /** Multiply-accumulates for one image; undefined where they depend on sizes that the graph leaves open. */
  readonly macs: number | undefined;
  /** Units between its two dense layers, if it has two. */
  readonly hidden: number | undefined;
}

/** What a block takes for a map of that shape [N, C, H, W]. */
export function blockCost(attention: SomeAttention, shape: readonly Dim[]): BlockCost {
  const { kind, placement: _, stages: __, ...options } = attention;
  const g = new GraphBuilder("block");
  const x = g.input("x", "float32", ["N", ...shape.slice(1)]);
  g.output(attentionKinds[kind].apply(new Scope(g, "block"), x, options));
  const graph = g.build();
  const first = [...graph.parameters].find(([name]) => /\bfc1\.weight$/.test(name));
  return { params: countParameters(graph), macs: macsOf(graph, shape), hidden: first?.[1].shape[0] };
}

/** Only the spatial parts of a block need the size of its map. */
function macsOf(graph: Parameters<typeof countMacs>[0], shape: readonly Dim[]): number | undefined {
  const open = shape.slice(1).some((dim) => typeof dim === "string");
  const pooled = graph.nodes.every(({ op, inputs }) => op !== "Conv" || inputs[0] !== "x");
  return open && !pooled ? undefined : countMacs(graph);
}
