import { removeDeadNodes } from "../../clean/dead-nodes.js";
import { GraphBuilder } from "../../graph/builder.js";
import type { Graph, Node, Value } from "../../graph/graph.js";
import { indexOf } from "../../graph/graph-index.js";
import type { OpName } from "../../ops/index.js";
import { type Choose, chosen } from "../algorithms.js";
import { lowerPlain } from "../lower-plain.js";
import { blockAlgorithms } from "./algorithms.js";
import { elementwise } from "./elementwise.js";
import { Kernels } from "./kernels.js";
import { type Made, type NodeOnBlocks, type SharedSource, typesOf } from "./map-source.js";
import { MapTable } from "./map-table.js";
import { withNumber } from "./numbers.js";
import { rules } from "./rules.js";

/**
 * Like `lower`, for ONNX Runtime on a CPU whose convolutions work on blocks of `block` channels: feature maps stay in
 * blocks from one operator to the next, and batch norm, SE gates, residual sums and ReLUs melt into few passes over
 * memory. The result runs on that engine only and is never written to a file that leaves it.
 * @param graph with all extents bound.
 */
export function lowerNchwc(graph: Graph, block: number, choose?: Choose): Graph {
  const lowering = new Lowering(graph, block, choose);
  for (const node of graph.nodes) lowering.lower(node);
  return removeDeadNodes(lowering.finish());
}

/** A graph on its way into blocks, node by node. */
class Lowering {
  readonly #graph: Graph;
  readonly #choose: Choose | undefined;
  readonly #g: GraphBuilder;
  readonly #k: Kernels;
  readonly #values: MapTable;

  constructor(graph: Graph, block: number, choose: Choose | undefined) {
    this.#graph = graph;
    this.#choose = choose;
    this.#g = new GraphBuilder(graph.name);
    this.#k = new Kernels(this.#g, block);
    this.#values = new MapTable(this.#k, indexOf(graph));
    this.#g.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
    for (const { name, dtype, shape } of graph.inputs) this.#values.set(name, this.#g.input(name, dtype, shape));
    for (const [name, { shape, init, trainable }] of graph.parameters) {
      this.#values.set(name, this.#g.parameter(name, shape, init, trainable));
    }
    for (const [name, tensor] of graph.constants) this.#values.set(name, this.#g.constant(tensor, name));
  }

  lower(node: Node): void {
    const given = node.inputs.filter((name) => name !== "");
    const call = { k: this.#k, node, inputs: given.map((name) => this.#values.source(name)) };
    const made = this.#g.within(this.#graph.places?.get(node.name), () => this.#write(call));
    for (const [i, name] of node.outputs.entries()) {
      const result = made[i];
      if (result !== undefined && name !== "") this.#values.set(name, result);
    }
  }

  finish(): Graph {
    for (const { name } of this.#graph.outputs) this.#g.output(this.#values.plainOf(name), name);
    this.#g.metadata(this.#graph.metadata);
    return this.#g.build();
  }

  #write(call: NodeOnBlocks<SharedSource>): Made {
    return (
      this.#byAlgorithm(call) ??
      rules[call.node.op as OpName]?.(call) ??
      withNumber(call) ??
      elementwise(call) ??
      this.#lowerPlain(call.node)
    );
  }

  #byAlgorithm(call: NodeOnBlocks): Made | undefined {
    const among = blockAlgorithms(call);
    if (among.length === 0) return undefined;
    return chosen({ ...call.node, inputs: typesOf(call) }, among, this.#choose).write();
  }

  #lowerPlain(node: Node): readonly Value[] {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.#values.plainOf(name)));
    const lowered = lowerPlain(this.#g, node, inputs, this.#choose);
    if (lowered !== undefined) return lowered;
    return this.#g.append({ ...node, inputs: inputs.map((value) => value?.name ?? "") });
  }
}
