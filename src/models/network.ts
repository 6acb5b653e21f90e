import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Value } from "../graph/graph.js";
import { startAsHost } from "../insert/start-as-host.js";
import { Scope } from "../layers/scope.js";
import type { BuildOptions } from "./model.js";

/**
 * A graph from `x` [N, C, H, W] to what `body` makes of it, `logits` [N, classes]; an auxiliary classifier's logits are
 * a second output, `aux`.
 */
export function network(
  { name, input, start }: BuildOptions,
  body: (p: Scope, x: Value) => Value | { readonly logits: Value; readonly aux?: Value | undefined },
): Graph {
  const p = new Scope(new GraphBuilder(name));
  const made = body(p, p.g.input("x", "float32", ["N", ...input]));
  const { logits, aux } = "logits" in made ? made : { logits: made };
  p.g.output(logits, "logits");
  if (aux !== undefined) p.g.output(aux, "aux");
  const graph = p.g.build();
  return start === "identity" ? startAsHost(graph, p.blocks) : graph;
}
