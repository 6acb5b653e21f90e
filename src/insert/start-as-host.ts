import { removeDeadNodes } from "../clean/dead-nodes.js";
import { UserError } from "../errors.js";
import type { Graph, Init, Parameter } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { timesInit } from "../graph/initialise.js";
import type { WrittenBlock } from "../layers/attention/written-block.js";
import { tensorBehind } from "../read/stored-tensor.js";
import { balance } from "./balance.js";
import { possibleStart } from "./possible-start.js";

/**
 * The same graph, whose parameters start otherwise: with the weights of one seed it gives the answers of its host, the
 * network without these blocks, and its gates learn from the first step. The blocks start neutral, and the layers
 * around them at the powers of two that make up for gates of ½, as `insertAttention` has it (docs/insertion.md).
 * @throws UserError when a block has no such start, or nothing around it can make up for its gates.
 */
export function startAsHost(graph: Graph, blocks: readonly WrittenBlock[]): Graph {
  const parameters = new Map(graph.parameters);
  const start = (name: string, init: (parameter: Parameter) => Init) => {
    const parameter = parameters.get(name)!;
    parameters.set(name, { ...parameter, init: init(parameter) });
  };
  const neutral = blocks.map(({ kind, neutral }) => possibleStart(kind, neutral));
  for (const [i, { path }] of blocks.entries()) {
    for (const [own, value] of Object.entries(neutral[i]!.constants)) {
      start(`${path}.${own}`, () => ({ kind: "constant", value }));
    }
  }
  const host = indexOf(withoutBlocks(graph, blocks));
  const gates = blocks.map(({ to }, i) => ({
    edge: { value: to, readers: host.readers(to) },
    halvings: neutral[i]!.halvings,
  }));
  const { rescaled, obstacles } = balance(host, gates);
  const factors = new Map<string, number>();
  for (const { reader, exponent } of rescaled) factors.set(tensorBehind(host, reader)!.name, 2 ** exponent);
  const fixed = [...factors.keys()].find((name) => !parameters.has(name));
  const [obstacle] = obstacles;
  if (obstacle !== undefined || fixed !== undefined) {
    const where = obstacle === undefined ? `the constant ${fixed}` : blocks[obstacle.gate]!.path;
    throw new UserError(
      `${graph.name}: got start identity, which ${where} does not allow; expected layers around it whose weights make up for gates of ½; take start paper`,
      { option: "start" },
    );
  }
  for (const [name, factor] of factors) start(name, ({ init }) => timesInit(init, factor));
  return { ...graph, parameters };
}

/** The graph with each block's map in the place of what the block makes of it. */
function withoutBlocks(graph: Graph, blocks: readonly WrittenBlock[]): Graph {
  const from = new Map(blocks.map((block) => [block.to, block.from]));
  const nodes = graph.nodes.map((node) => {
    const map = from.get(node.outputs[0]!);
    return map === undefined ? node : { ...node, op: "Identity", domain: "", inputs: [map], attributes: {} };
  });
  return removeDeadNodes({ ...graph, nodes });
}
