import type { Graph } from "../graph/graph.js";
import type { Tensor } from "../graph/tensor.js";

/** Constants with more bytes than this are compared by nobody: they are data, and each has its own. */
const largest = 4096;

/** A copy in which nodes share equal small constants. Those that are outputs keep their names. */
export function unifyConstants(graph: Graph): Graph {
  const first = new Map<string, string>();
  const names = new Map<string, string>();
  for (const [name, tensor] of graph.constants) {
    const key = keyOf(tensor);
    if (key === undefined) continue;
    const same = first.get(key);
    if (same === undefined) first.set(key, name);
    else names.set(name, same);
  }
  const nodes = graph.nodes.map((node) =>
    node.inputs.some((name) => names.has(name))
      ? { ...node, inputs: node.inputs.map((name) => names.get(name) ?? name) }
      : node,
  );
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const constants = new Map([...graph.constants].filter(([name]) => !names.has(name) || outputs.has(name)));
  return { ...graph, nodes, constants };
}

/** Equal for equal tensors, to the bit. */
function keyOf({ dtype, shape, data }: Tensor): string | undefined {
  if (data.byteLength > largest) return undefined;
  return `${dtype}[${shape}]${new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()}`;
}
