import { UserError } from "../../errors.js";
import { opOf } from "../../ops/index.js";
import type { Graph, Node } from "../graph.js";

/** The version of ONNX's own operators that our graphs are written in unless an operator needs a newer one. */
export const OPSET = 20;

/** The version of the file format that came with each opset from 13 on. Source: ONNX, docs/Versioning.md. */
const irVersions: Readonly<Record<number, number>> = { 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10 };

/** A graph in the words of one opset. */
export interface AtOpset {
  readonly graph: Graph;
  readonly opset: number;
  /** The version of the file format that the opset came with. */
  readonly ir: number;
}

/**
 * A graph with its nodes in the form that an opset has for them; without one, in ours, and the opset is the least that
 * has it.
 * @param wanted from 13 to 21.
 * @throws UserError when there is no such opset, or an operator cannot be written in it.
 */
export function atOpset(graph: Graph, wanted?: number): AtOpset {
  const opset = wanted ?? Math.max(OPSET, ...graph.nodes.map(({ op, domain }) => opOf(op, domain).since ?? OPSET));
  const ir = irVersions[opset];
  if (ir === undefined) throw new UserError(`got opset ${opset}; expected a whole number from 13 to 21`);
  if (opset >= OPSET && wanted === undefined) return { graph, opset, ir };
  const nodes = graph.nodes.map((node) => older(graph, node, opset));
  return { graph: { ...graph, nodes, constants: stillUsed(graph, nodes) }, opset, ir };
}

function older(graph: Graph, node: Node, opset: number): Node {
  const { since = 0, downgrade } = opOf(node.op, node.domain);
  const written = since > opset ? since : (downgrade?.(node, opset, (name) => graph.constants.get(name)) ?? node);
  if (typeof written !== "number") return written;
  throw new UserError(`got opset ${opset} for ${node.op} (${node.name}); expected ${written} or newer, which has it`);
}

/** The constants without those that an older form holds as attributes. */
function stillUsed({ constants, outputs }: Graph, nodes: readonly Node[]): Graph["constants"] {
  const read = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ name }) => name)]);
  return new Map([...constants].filter(([name]) => read.has(name)));
}
