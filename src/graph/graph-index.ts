import type { Graph, Node, Value } from "./graph.js";
import { perGraph } from "./per-graph.js";
import type { Tensor } from "./tensor.js";
import { ValueTable } from "./value-table.js";

/** One input of a node. */
export interface Reader {
  readonly node: Node;
  readonly input: number;
}

/**
 * The index of a graph, which is computed once for each and held as long as the graph is.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { indexOf } from "senet/graph";
 *
 * const index = indexOf(createModel("seresnet20"));
 * console.log(index.value("layer1.0.se.gate").shape); // [ 'N', 16, 1, 1 ]
 * console.log(index.maker("layer1.0.se.gate")?.op); // Sigmoid
 * ```
 */
export const indexOf: (graph: Graph) => GraphIndex = perGraph((graph) => new GraphIndex(graph));

/**
 * What a list of nodes says but does not hold ready: the type of every value, which node makes it, which ones read it,
 * and what depends on what. Each part is computed when it is first asked for. Get one by {@link indexOf}.
 * @example
 * ```ts
 * import { createModel } from "senet";
 * import { indexOf } from "senet/graph";
 *
 * const index = indexOf(createModel("resnet20"));
 * console.log(index.maker("logits")?.op); // Identity
 * ```
 */
export class GraphIndex {
  readonly graph: Graph;
  #table: ValueTable | undefined;
  #makers: Map<string, { readonly node: Node; readonly at: number }> | undefined;
  #readers: Map<string, Reader[]> | undefined;
  #outputs: ReadonlySet<string> | undefined;
  #computed: ReadonlySet<string> | undefined;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  /**
   * Every value by its name, with its type: inputs, parameters, constants and the outputs of nodes, as operators' shape
   * rules give them.
   * @throws Error when a node's inputs do not fit, naming operator and node.
   */
  get values(): ReadonlyMap<string, Value> {
    return this.#typed.values;
  }

  /** The value of that name, with its type. @throws Error when there is none. */
  value(name: string): Value {
    return this.#typed.value(name);
  }

  /**
   * The tensor behind a constant, or behind what nodes compute of constants and shapes alone; undefined for any other
   * value.
   */
  constant(name: string): Tensor | undefined {
    return this.#typed.constants.get(name);
  }

  /** The node that a value is an output of; undefined for inputs, parameters and constants. */
  maker(value: string): Node | undefined {
    return this.#made.get(value)?.node;
  }

  /** The place of a value's maker in the order of the graph, from 0; −1 for what no node makes. */
  order(value: string): number {
    return this.#made.get(value)?.at ?? -1;
  }

  /** Every input of every node that a value is, in the order of the graph. */
  readers(value: string): readonly Reader[] {
    this.#readers ??= readersOf(this.graph);
    return this.#readers.get(value) ?? [];
  }

  /** The node that alone reads a value, once, which is no output of the graph either. */
  onlyReader(value: string): Node | undefined {
    const [reader, ...others] = this.readers(value);
    return others.length === 0 && !this.isOutput(value) ? reader?.node : undefined;
  }

  /** True for an output of the graph. */
  isOutput(value: string): boolean {
    this.#outputs ??= new Set(this.graph.outputs.map(({ name }) => name));
    return this.#outputs.has(value);
  }

  /** True for a value that depends on the graph's inputs, and is not made of parameters and constants alone. */
  isComputed(value: string): boolean {
    this.#computed ??= this.dependents(this.graph.inputs.map(({ name }) => name));
    return this.#computed.has(value);
  }

  /**
   * The nodes that a value depends on, its maker included.
   * @param stops true for values that are not followed further, such as those that another value depends on too.
   */
  ancestors(value: string, stops: (value: string) => boolean = () => false): Set<Node> {
    const found = new Set<Node>();
    const visit = [value];
    for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
      const node = this.maker(name);
      if (node === undefined || found.has(node) || stops(name)) continue;
      found.add(node);
      visit.push(...node.inputs);
    }
    return found;
  }

  /** The values that depend on one of those given, which are among them. */
  dependents(values: Iterable<string>): Set<string> {
    const found = new Set(values);
    for (const { inputs, outputs } of this.graph.nodes) {
      if (!inputs.some((name) => found.has(name))) continue;
      for (const name of outputs) if (name !== "") found.add(name);
    }
    return found;
  }

  get #typed(): ValueTable {
    this.#table ??= tableOf(this.graph);
    return this.#table;
  }

  get #made() {
    this.#makers ??= makersOf(this.graph);
    return this.#makers;
  }
}

function tableOf({ inputs, parameters, constants, nodes }: Graph): ValueTable {
  const table = new ValueTable();
  for (const value of inputs) table.define(value);
  for (const [name, { dtype, shape }] of parameters) table.define({ name, dtype, shape });
  for (const [name, tensor] of constants) table.defineConstant(name, tensor);
  for (const node of nodes) table.add(node);
  return table;
}

function makersOf({ nodes }: Graph): Map<string, { readonly node: Node; readonly at: number }> {
  const entries = nodes.flatMap((node, at) => node.outputs.map((name) => [name, { node, at }] as const));
  return new Map(entries.filter(([name]) => name !== ""));
}

function readersOf({ nodes }: Graph): Map<string, Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const node of nodes) {
    for (const [input, name] of node.inputs.entries()) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [{ node, input }]);
      else known.push({ node, input });
    }
  }
  return readers;
}
