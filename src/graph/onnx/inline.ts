import { opInFile } from "../../ops/index.js";
import type { GraphBuilder } from "../builder.js";
import type { Node, Value } from "../graph.js";
import { float32, int64, type Tensor } from "../tensor.js";
import { type Body, functionKey, graphBody, type LocalFunction } from "./body.js";
import { constantWeights } from "./constant-weights.js";
import { attributeField } from "./fields.js";
import { deepest, type FileNode, readAttributes } from "./node.js";
import type { Message } from "./protobuf.js";
import { FreshNames, NameScope } from "./scope.js";
import { type ReadExternal, readTensor } from "./tensor.js";

/** More nodes than the functions of any network expand to; a hostile file could ask for as many as it likes. */
const mostInlined = 100_000;

/**
 * Writes the nodes of a file into a graph: brought up to today's operators, functions and branches whose condition is
 * known put in their place, initializers taken in where they are first used.
 */
export class BodyWriter {
  readonly #pending = new Map<string, Message>();
  /** The Constant nodes that hold weights. */
  readonly #frozen = new Set<FileNode>();
  readonly #nodeNames = new FreshNames([]);
  readonly #valueNames: FreshNames;
  #inlined = 0;
  /** An error that says already which node it is about, the innermost one. */
  #located: unknown;

  constructor(
    readonly g: GraphBuilder,
    readonly functions: ReadonlyMap<string, LocalFunction>,
    readonly external: ReadExternal | undefined,
    /** Is told the values of parameters. */
    readonly onParameter: (name: string, tensor: Tensor) => void,
    taken: Iterable<string>,
    /** Whether weights may lie in Constant nodes, as in frozen graphs. */
    readonly frozenWeights: boolean,
  ) {
    this.#valueNames = new FreshNames(taken);
  }

  /** Writes one body; its inputs are known in `scope` already. */
  write({ nodes, initializers }: Body, scope: NameScope): void {
    for (const [name, message] of initializers) this.#pending.set(scope.define(name), message);
    if (this.frozenWeights) for (const node of constantWeights(nodes)) this.#frozen.add(node);
    for (const node of nodes) {
      try {
        this.#node(node, scope);
      } catch (error) {
        const where = `${node.op} (${node.name})`;
        if (error instanceof Error && error !== this.#located && !error.message.startsWith(where)) {
          error.message = `${where}: ${error.message}`;
        }
        this.#located = error;
        throw error;
      }
    }
  }

  /** The value of that name in the graph. */
  value(name: string, scope: NameScope): Value {
    return this.g.value(this.#known(scope.resolve(name), false));
  }

  #node(node: FileNode, scope: NameScope): void {
    const local = this.functions.get(functionKey(node));
    if (local !== undefined) this.#call(node, local, scope);
    else if (node.domain === "" && node.op === "If") this.#branch(node, scope);
    else this.#operator(node, scope);
  }

  #operator(node: FileNode, scope: NameScope): void {
    if (node.domain === "" && ["Loop", "Scan", "SequenceMap"].includes(node.op)) {
      throw new Error("got a loop; expected none; export the model without control flow");
    }
    const attributes = readAttributes(node, scope.given, this.external);
    const outputs = node.outputs.map((name, i) =>
      name === "" ? this.#valueNames.next(`${node.outputs.at(-1)}:${i}`) : scope.define(name),
    );
    if (node.domain === "" && node.op === "Constant") {
      this.#constant(outputs[0]!, constantTensor(attributes), !this.#frozen.has(node));
      return;
    }
    const rule = opInFile(node.op, node.domain);
    const inputs = node.inputs.map((name, i) => this.#known(scope.resolve(name), rule.settings?.includes(i) ?? false));
    const { op, domain } = node;
    const made: Node = { name: this.#nodeNames.next(node.name), op, domain, inputs, outputs, attributes };
    this.g.append(domain === "" && rule.upgrade ? rule.upgrade(this.g, made, scope.opset) : made);
  }

  /**
   * Takes in an initializer at its first use. Floats with axes are parameters unless an operator takes them as
   * settings.
   */
  #known(value: string, setting: boolean): string {
    const message = this.#pending.get(value);
    if (message === undefined) return value;
    this.#pending.delete(value);
    this.#constant(value, readTensor(message, this.external), setting);
    return value;
  }

  /** A fixed tensor: floats with axes are parameters unless they are settings. */
  #constant(name: string, tensor: Tensor, setting: boolean): void {
    if (tensor.dtype !== "float32" || tensor.shape.length === 0 || setting) {
      this.g.constant(tensor, name);
    } else {
      this.g.parameter(name, tensor.shape, { kind: "constant", value: 0 });
      this.onParameter(name, tensor);
    }
  }

  #call(node: FileNode, local: LocalFunction, scope: NameScope): void {
    const body = local.body();
    const attributes = readAttributes({ ...node, attributes: local.defaults }, new Map(), this.external);
    const given = new Map(Object.entries({ ...attributes, ...readAttributes(node, scope.given, this.external) }));
    const inner = this.#inner(node, scope, { opset: local.opset, given });
    if (node.inputs.length > body.inputs.length) {
      throw new Error(`got ${node.inputs.length} inputs for a function; expected at most ${body.inputs.length}`);
    }
    for (const [i, name] of body.inputs.entries()) inner.alias(name, scope.resolve(node.inputs[i] ?? ""));
    this.#inline(node, scope, body, inner);
  }

  #branch(node: FileNode, scope: NameScope): void {
    const condition = this.g.constantOf(this.value(node.inputs[0] ?? "", scope));
    if (condition === undefined || condition.data.length !== 1) {
      throw new Error(
        "got a condition that is only known when the model runs; expected a constant one; export the model without control flow",
      );
    }
    const graph = node.attributes.get(Number(condition.data[0]) !== 0 ? "then_branch" : "else_branch");
    const branch = graph?.message(attributeField.graph);
    if (branch === undefined) throw new Error("got no graph for the branch that is taken; expected one");
    const inner = this.#inner(node, scope, { opset: scope.opset, given: scope.given, around: scope });
    this.#inline(node, scope, graphBody(branch, inner.depth), inner);
  }

  #inner(
    node: FileNode,
    { depth }: NameScope,
    { opset, given, around }: Pick<NameScope, "opset" | "given"> & { around?: NameScope },
  ): NameScope {
    if (depth >= deepest) {
      throw new Error(
        `got graphs and functions more than ${deepest} deep in each other; expected fewer, and no function that calls itself`,
      );
    }
    const rename = (name: string) => this.#valueNames.next(`${node.name}/${name}`);
    return new NameScope(opset, given, depth + 1, around, rename);
  }

  /** Writes a body in the place of `node`; what it makes has the names of the node's outputs. */
  #inline(node: FileNode, scope: NameScope, body: Body, inner: NameScope): void {
    this.#inlined += body.nodes.length;
    if (this.#inlined > mostInlined) {
      throw new Error(`got more than ${mostInlined} nodes from functions; expected fewer`);
    }
    if (node.outputs.length > body.outputs.length) {
      throw new Error(`got ${node.outputs.length} outputs; expected at most ${body.outputs.length}`);
    }
    const made = new Set(body.nodes.flatMap(({ outputs }) => outputs));
    const others = node.outputs.flatMap((outside, i): [string, string][] => {
      const inside = body.outputs[i]!;
      if (outside === "" || (made.has(inside) && inner.name(inside, () => scope.define(outside)))) return [];
      return [[outside, inside]];
    });
    const named: FileNode[] = body.nodes.map((part) => ({ ...part, name: `${node.name}/${part.name}`.slice(-200) }));
    this.write({ ...body, nodes: named }, inner);
    for (const [outside, inside] of others) scope.alias(outside, inner.resolve(inside));
  }
}

/**
 * The tensor of a Constant.
 * Source: ONNX, Constant-13: exactly one attribute, a tensor, a number or a list of numbers.
 */
function constantTensor(attributes: Node["attributes"]): Tensor {
  const [[name, value] = [], ...more] = Object.entries(attributes);
  if (value !== undefined && more.length === 0) {
    if (name === "value" && "tensor" in value) return value.tensor;
    if (name === "value_float" && "float" in value) return float32([], [value.float]);
    if (name === "value_floats" && "floats" in value) return float32([value.floats.length], value.floats);
    if (name === "value_int" && "int" in value) return int64([], [value.int]);
    if (name === "value_ints" && "ints" in value) return int64([value.ints.length], value.ints);
  }
  throw new Error(
    `got the attributes ${Object.keys(attributes)}; expected one of value, value_float, value_floats, value_int, value_ints`,
  );
}
