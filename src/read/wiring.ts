import { replay } from "../clean/replay.js";
import { attributesOf, GraphBuilder } from "../graph/builder.js";
import type { Graph, Node, Value } from "../graph/graph.js";
import { isOfKind } from "../ops/index.js";
import { type GatedMap, gatedMaps } from "./gate-nodes.js";

/** One input of a node. */
export interface Reader {
  readonly node: Node;
  readonly input: number;
}

/** Who makes and who reads every value of a graph, with the values' types. */
export class Wiring {
  readonly graph: Graph;
  readonly values: ReadonlyMap<string, Value>;
  readonly #makers = new Map<string, Node>();
  readonly #readers = new Map<string, Reader[]>();
  readonly #order = new Map<Node, number>();
  readonly #computed: Set<string>;
  readonly #lastAxis = new Set<string>();
  #gates: readonly GatedMap[] | undefined;

  constructor(graph: Graph) {
    this.graph = graph;
    this.values = replay(new GraphBuilder(graph.name), graph);
    this.#computed = new Set(graph.inputs.map(({ name }) => name));
    for (const [at, node] of graph.nodes.entries()) {
      this.#order.set(node, at);
      const live = node.inputs.some((name) => this.#computed.has(name));
      for (const name of node.outputs) {
        this.#makers.set(name, node);
        if (live) this.#computed.add(name);
      }
      if (this.#channelsLast(node)) for (const name of node.outputs) this.#lastAxis.add(name);
      for (const [input, name] of node.inputs.entries()) {
        const readers = this.#readers.get(name) ?? [];
        readers.push({ node, input });
        this.#readers.set(name, readers);
      }
    }
  }

  /** The node that a value is an output of; undefined for inputs, parameters and constants. */
  maker(value: string): Node | undefined {
    return this.#makers.get(value);
  }

  readers(value: string): readonly Reader[] {
    return this.#readers.get(value) ?? [];
  }

  /** The node that alone reads a value, which is no output of the graph either. */
  onlyReader(value: string): Node | undefined {
    const [reader, ...others] = this.readers(value);
    return others.length === 0 && !this.isOutput(value) ? reader?.node : undefined;
  }

  isOutput(value: string): boolean {
    return this.graph.outputs.some(({ name }) => name === value);
  }

  /** The place of a value's maker in the order of the graph; −1 for what no node makes. */
  order(value: string): number {
    const node = this.maker(value);
    return node === undefined ? -1 : this.#order.get(node)!;
  }

  /** Whether a value depends on the graph's inputs, and is not made of parameters and constants alone. */
  isComputed(value: string): boolean {
    return this.#computed.has(value);
  }

  /** The inputs of a node that depend on the graph's inputs and hold numbers, not shapes. */
  dataInputs(node: Node): string[] {
    return node.inputs.filter((name) => this.isComputed(name) && this.values.get(name)?.dtype === "float32");
  }

  /** True for a computed map with a batch, channels, rows and columns. */
  isMap(value: string): boolean {
    return this.isComputed(value) && this.values.get(value)?.shape.length === 4;
  }

  /** The axis of a map that counts its channels: 1, or 3 between the transpositions that TensorFlow's exporters write. */
  channelAxis(value: string): 1 | 3 {
    return this.#lastAxis.has(value) ? 3 : 1;
  }

  /** The gates that the graph has. */
  get gates(): readonly GatedMap[] {
    this.#gates ??= gatedMaps(this.graph, this.values);
    return this.#gates;
  }

  #channelsLast(node: Node): boolean {
    const maps = node.inputs.filter((name) => this.isMap(name));
    if (node.op !== "Transpose")
      return maps.length > 0 && node.op !== "Conv" && maps.every((name) => this.#lastAxis.has(name));
    const { perm } = attributesOf(node);
    return Array.isArray(perm) && perm.join() === "0,2,3,1" && !this.#lastAxis.has(node.inputs[0]!);
  }

  /** The parameter or constant behind an input of a node, through nodes that only move its elements. */
  tensorBehind({ node, input }: Reader): StoredTensor | undefined {
    let name = node.inputs[input] ?? "";
    let reordered = false;
    while (!this.graph.parameters.has(name) && !this.graph.constants.has(name)) {
      const mover = this.maker(name);
      if (mover === undefined || !moves(mover) || this.isComputed(name)) return undefined;
      reordered ||= mover.op !== "Identity";
      name = mover.inputs[0]!;
    }
    return this.values.get(name)?.dtype === "float32" ? { name, reordered } : undefined;
  }
}

/** A parameter or constant that a node reads. */
export interface StoredTensor {
  readonly name: string;
  /** Whether more than Identity stands between. */
  readonly reordered: boolean;
}

/** Whether a node gives the elements of its first input alone. */
function moves(node: Node): boolean {
  return isOfKind(node, "view") || node.op === "Transpose";
}
