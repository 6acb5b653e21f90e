import { replay } from "../clean/replay.js";
import { GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import type { GraphIndex } from "../graph/graph-index.js";
import type { SomeAttention } from "../layers/attention/attention.js";
import { attentionKinds } from "../layers/attention/attention-kinds.js";
import { Scope } from "../layers/scope.js";
import { channelAxis } from "../read/maps.js";
import { isWhole } from "./balance.js";
import type { PlannedSite } from "./plan-sites.js";

/**
 * Writes a graph again, with a block at every site.
 * @param graph a copy of the indexed graph; its nodes may have other parameters.
 */
export function writeBlocks(
  graph: Graph,
  index: GraphIndex,
  sites: readonly PlannedSite[],
  { kind, placement: _, stages: __, ...options }: SomeAttention,
): Graph {
  const g = new GraphBuilder(graph.name);
  const copies = new Map(index.graph.nodes.map((node, i) => [node, graph.nodes[i]!]));
  const behind = new Map<Node, Map<number, PlannedSite>>();
  for (const site of sites) {
    for (const { node, input } of site.edge.readers) {
      const copy = copies.get(node)!;
      behind.set(copy, (behind.get(copy) ?? new Map()).set(input, site));
    }
  }
  const made = new Map<PlannedSite, Value>();
  const weighed = (planned: PlannedSite, x: Value): Value => {
    const known = made.get(planned);
    if (known !== undefined) return known;
    const p = new Scope(g, planned.site.name);
    const last = channelAxis(index, planned.edge.value) === 3;
    const turned = last ? g.call("Transpose", [x], { perm: [0, 3, 1, 2] }, p.name("turned")) : x;
    const block = attentionKinds[kind].apply(p, turned, options);
    const value = last ? g.call("Transpose", [block], { perm: [0, 2, 3, 1] }, p.name("turned_back")) : block;
    made.set(planned, value);
    return value;
  };
  const atOutputs = new Map(
    sites.flatMap((planned) => {
      const { value } = planned.edge;
      return index.isOutput(value) && isWhole(index, planned.edge) ? [[value, planned] as const] : [];
    }),
  );
  const values = replay(g, graph, {
    replace: (node, inputs) => {
      const sitesHere = behind.get(node);
      const renamed = node.outputs.some((name) => atOutputs.has(name));
      if (sitesHere === undefined && !renamed) return undefined;
      const given = inputs.map((value, i) => {
        const planned = sitesHere?.get(i);
        return value === undefined ? "" : (planned ? weighed(planned, value) : value).name;
      });
      // the name of an output goes to what the block makes of it
      const outputs = node.outputs.map((name) => (atOutputs.has(name) ? `${atOutputs.get(name)!.site.name}.in` : name));
      return g.append({ ...node, name: renamed ? outputs[0]! : node.name, inputs: given, outputs });
    },
  });
  for (const { name } of graph.outputs) {
    const planned = atOutputs.get(name);
    g.output(planned ? weighed(planned, values.get(name)!) : values.get(name)!, name);
  }
  return g.build();
}
