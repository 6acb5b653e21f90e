import { removeDeadNodes } from "../../clean/dead-nodes.js";
import { GraphBuilder } from "../../graph/builder.js";
import type { Graph, Node, Value } from "../../graph/graph.js";
import { type GraphIndex, indexOf } from "../../graph/graph-index.js";
import type { OpName } from "../../ops/index.js";
import { type Choose, chosen } from "../algorithms.js";
import { lowerPlain } from "../lower-plain.js";
import { blockAlgorithms } from "./algorithms.js";
import { elementwise } from "./elementwise.js";
import { type FeatureMap, plainly } from "./feature-map.js";
import { Kernels } from "./kernels.js";
import { withNumber } from "./numbers.js";
import { type Call, fillBlocksTogether, fillsBlocks, rules } from "./rules.js";

/**
 * Like `lower`, for ONNX Runtime on a CPU whose convolutions work on blocks of `block` channels: feature maps stay in
 * blocks from one operator to the next, and batch norm, SE gates, residual sums and ReLUs melt into few passes over memory.
 * The result runs on that engine only and is never written to a file that leaves it.
 * @param graph with all extents bound.
 */
export function lowerNchwc(graph: Graph, block: number, choose?: Choose): Graph {
  const lowering = new Lowering(graph, block, choose);
  for (const node of graph.nodes) lowering.lower(node);
  return removeDeadNodes(lowering.finish());
}

/** Every value of the old graph as a map, as a plain value, or as both. */
class Lowering {
  readonly #graph: Graph;
  readonly #choose: Choose | undefined;
  readonly #g: GraphBuilder;
  readonly #k: Kernels;
  /** The old graph's values and who reads them. */
  readonly #index: GraphIndex;
  readonly #maps = new Map<string, FeatureMap>();
  readonly #plain = new Map<string, Value>();

  constructor(graph: Graph, block: number, choose: Choose | undefined) {
    this.#graph = graph;
    this.#choose = choose;
    this.#index = indexOf(graph);
    this.#g = new GraphBuilder(graph.name);
    this.#k = new Kernels(this.#g, block);
    this.#g.reserve(graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]));
    for (const value of graph.inputs) this.#plain.set(value.name, this.#g.input(value.name, value.dtype, value.shape));
    for (const [name, { shape, init, trainable }] of graph.parameters) {
      this.#plain.set(name, this.#g.parameter(name, shape, init, trainable));
    }
    for (const [name, tensor] of graph.constants) this.#plain.set(name, this.#g.constant(tensor, name));
  }

  lower(node: Node): void {
    const call = this.#call(node);
    const write = () =>
      this.#byAlgorithm(call) ??
      rules[node.op as OpName]?.(call) ??
      withNumber(call) ??
      elementwise(call) ??
      this.#lowerPlain(node);
    const made = this.#g.within(this.#graph.places?.get(node.name), write);
    for (const [i, name] of node.outputs.entries()) {
      const result = made[i];
      if (result === undefined || name === "") continue;
      if ("kind" in result) this.#maps.set(name, result);
      else this.#plain.set(name, result);
    }
  }

  finish(): Graph {
    for (const { name } of this.#graph.outputs) this.#g.output(this.#plainOf(name), name);
    this.#g.metadata(this.#graph.metadata);
    return this.#g.build();
  }

  #call(node: Node): Call {
    const inputs = node.inputs.filter((name) => name !== "");
    return {
      k: this.#k,
      node,
      inputs: inputs.map((name) => this.#typeOf(name)),
      map: (i) => (fillsBlocks(this.#k, this.#typeOf(inputs[i]!)) ? this.#mapOf(inputs[i]!) : undefined),
      anyMap: (i) => this.#mapOf(inputs[i]!),
      isMap: (i) => this.#maps.has(inputs[i] ?? "") && !this.#waitsPlain(inputs[i]!),
      waitsPlain: (i) => this.#waitsPlain(inputs[i]!),
      plain: (i) => this.#plainOf(inputs[i]!),
      alone: (i) => this.#index.onlyReader(inputs[i]!) !== undefined,
      replace: (i, map) => this.#maps.set(inputs[i]!, map),
    };
  }

  #byAlgorithm(call: Call): readonly (FeatureMap | Value)[] | undefined {
    const among = blockAlgorithms(call);
    return among.length === 0 ? undefined : chosen({ ...call.node, inputs: call.inputs }, among, this.#choose).write();
  }

  #lowerPlain(node: Node): readonly Value[] {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : this.#plainOf(name)));
    const lowered = lowerPlain(this.#g, node, inputs, this.#choose);
    if (lowered !== undefined) return lowered;
    return this.#g.append({ ...node, inputs: inputs.map((value) => value?.name ?? "") });
  }

  /** The value as a map; undefined where not even the channels of all images fill blocks or there is no map to speak of. */
  #mapOf(name: string): FeatureMap | undefined {
    const known = this.#maps.get(name);
    if (known !== undefined) return known;
    const plain = this.#plainOf(name);
    if (!fillBlocksTogether(this.#k, plain)) return undefined;
    const map: FeatureMap = { kind: "stored", value: this.#k.toBlocks(plain) };
    this.#maps.set(name, map);
    return map;
  }

  #plainOf(name: string): Value {
    const known = this.#plain.get(name);
    if (known !== undefined) return known;
    const map = this.#maps.get(name);
    if (map === undefined)
      throw new Error(`lowerNchwc: got input "${name}"; expected a value defined before it is used`);
    const plain = plainly(this.#k, map);
    this.#plain.set(name, plain);
    return plain;
  }

  #waitsPlain(name: string): boolean {
    const map = this.#maps.get(name);
    return map?.kind === "open" && map.plain !== undefined;
  }

  #typeOf(name: string): Value {
    return this.#index.value(name);
  }
}
