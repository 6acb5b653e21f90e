import type { Graph, Model, Node } from "../graph/graph.js";
import { opOf } from "../ops/index.js";

/**
 * Gives every normalisation running statistics of its own. PyTorch's exporter stores parameters with equal values once,
 * so that the running variance of one layer may be the weight of another: training would write one over the other. A
 * copy has the name of the Identity that it came through, which is its name in PyTorch. Shared weights stay shared.
 * @example
 * ```ts
 * import { untieStatistics } from "senet/graph";
 * import { readModel } from "senet/node";
 *
 * const { graph, weights } = untieStatistics(readModel("model.onnx"));
 * console.log(graph.parameters.size === weights.size); // true
 * ```
 */
export function untieStatistics({ graph, weights }: Model): Model {
  const { nodes, aliases } = withoutAliases(graph);
  const parameters = new Map(graph.parameters);
  const values = new Map(weights);
  const learnt = new Set(nodes.flatMap((node) => node.inputs.filter((_, i) => !stateInputs(node).includes(i))));
  const taken = new Set([...learnt, ...graph.outputs.map(({ name }) => name)]);
  const untied = nodes.map((node, at) => {
    const inputs = node.inputs.map((name, i) => {
      const parameter = parameters.get(name);
      if (parameter === undefined || !stateInputs(node).includes(i)) return name;
      const own = taken.has(name) ? (aliases[at]![i] ?? `${node.outputs[0]}/${name}`) : name;
      taken.add(name);
      parameters.set(own, { ...parameter, trainable: false });
      if (learnt.has(name)) parameters.set(name, { ...parameter, trainable: true });
      const tensor = weights.get(name);
      if (tensor !== undefined) values.set(own, tensor);
      return own;
    });
    return { ...node, inputs };
  });
  return { graph: { ...graph, nodes: untied, parameters }, weights: values };
}

function stateInputs({ op, domain }: Node): readonly number[] {
  return opOf(op, domain).state ?? [];
}

/**
 * The nodes with parameters in the place of what Identity makes of them, and for each the names that its inputs had.
 */
function withoutAliases(graph: Graph) {
  const source = new Map<string, string>();
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const others = graph.nodes.filter(({ op, domain, inputs: [from], outputs: [to] }) => {
    const parameter = source.get(from!) ?? from!;
    if (op !== "Identity" || domain !== "" || !graph.parameters.has(parameter)) return true;
    source.set(to!, parameter);
    return outputs.has(to!);
  });
  const nodes = others.map((node) => ({ ...node, inputs: node.inputs.map((name) => source.get(name) ?? name) }));
  const free = (name: string) => source.has(name) && !outputs.has(name);
  const aliases = others.map(({ inputs }) => inputs.map((name) => (free(name) ? name : undefined)));
  return { nodes, aliases };
}
