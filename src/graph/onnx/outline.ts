import { UserError } from "../../errors.js";
import type { Attributes } from "../attributes.js";
import type { ModelView, ViewedNode, ViewedValue } from "../model-view.js";
import { functionKey } from "./body.js";
import {
  attributeField,
  attributeType,
  dimField,
  entryField,
  functionField,
  graphField,
  modelField,
  nodeField,
  shapeField,
  sparseField,
  tensorField,
  tensorTypeField,
  typeField,
  valueInfoField,
} from "./fields.js";
import { deepest, domainOf, type FileNode, readAttribute, readNodes } from "./node.js";
import { Message } from "./protobuf.js";
import { readMetadata } from "./read-onnx.js";
import { mostAxes, readTensor } from "./tensor.js";

/** What an `.onnx` file says of itself, whatever its operators. */
export interface Outline extends ModelView {
  /** Every node, of functions and taken branches too. */
  readonly nodes: readonly ViewedNode[];
  /** The version of ONNX's own operators; undefined where the file does not say it. */
  readonly opset: number | undefined;
  /** The places of tensors that are kept outside of the file, relative to its folder. */
  readonly elsewhere: readonly string[];
}

/** More nodes than any network's functions hold; a hostile file could ask for as many as it likes. */
const mostNodes = 200_000;

/**
 * Looks at the bytes of an `.onnx` file that only an engine has to understand: of any opset, with any operators. Calls
 * of the file's own functions, and the first branch of an If, are seen as their nodes. Nothing but names, shapes and
 * what is asked for is decoded.
 * @throws UserError when the bytes are no whole ONNX model.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { outlineOnnx } from "senet/graph";
 *
 * const { inputs, nodes } = outlineOnnx(await readFile("model.onnx"));
 * console.log(inputs[0]?.name, inputs[0]?.type, nodes.length > 100); // x float32 true
 * ```
 */
export function outlineOnnx(bytes: Uint8Array): Outline {
  try {
    const model = new Message(bytes);
    const graph = model.message(modelField.graph);
    if (graph === undefined) throw new Error("it has no graph");
    return outlineOf(model, graph);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
    throw new UserError(
      `not a whole ONNX model (${bytes.length} bytes: ${reason.slice(0, 500)}); give a complete .onnx file`,
    );
  }
}

function outlineOf(model: Message, graph: Message): Outline {
  const tensors = new Map<string, Message>();
  for (const tensor of graph.messages(graphField.initializer)) tensors.set(tensor.text(tensorField.name), tensor);
  const nodes = new Flattened(functionsOf(model)).nodesOf(readNodes(graph.messages(graphField.node)));
  if (nodes.length === 0) throw new Error("got a graph without nodes");
  const makers = new Map<string, ViewedNode>();
  const readers = new Map<string, ViewedNode[]>();
  for (const node of nodes) {
    for (const name of node.outputs) if (name !== "") makers.set(name, node);
    for (const name of new Set(node.inputs)) {
      const known = readers.get(name);
      if (known === undefined) readers.set(name, [node]);
      else known.push(node);
    }
  }
  const constant = (value: string) => {
    const made = makers.get(value);
    const said = made?.op === "Constant" && made.domain === "" ? made.attributes.value : undefined;
    return said !== undefined && "tensor" in said ? said.tensor : undefined;
  };
  const values = (field: number) => Array.from(graph.messages(field), declaredValue);
  return {
    name: graph.text(graphField.name),
    inputs: values(graphField.input).filter(({ name }) => !tensors.has(name)),
    outputs: values(graphField.output),
    metadata: readMetadata(model),
    nodes,
    opset: versionOf(model),
    elsewhere: [...new Set([...placesIn(graph), ...functionPlaces(model)])],
    maker: (value) => (makers.get(value)?.op === "Constant" ? undefined : makers.get(value)),
    readers: (value) => readers.get(value) ?? [],
    heldShape: (value) => tensors.get(value)?.numbers(tensorField.dims) ?? constant(value)?.shape,
    held: (value) => {
      const message = tensors.get(value);
      if (message === undefined) return constant(value);
      try {
        return readTensor(message, undefined);
      } catch {
        return undefined; // of a type that we do not hold, or kept elsewhere
      }
    },
  };
}

function versionOf(model: Message): number | undefined {
  for (const entry of model.messages(modelField.opsetImport)) {
    if (domainOf(entry.text(1)) === "") return entry.number(2);
  }
  return undefined;
}

/** The places of all tensors of a graph that lie outside of the file, those of graphs inside its nodes among them. */
function* placesIn(graph: Message, depth = 0): Generator<string> {
  if (depth > deepest) throw new Error(`got graphs in graphs more than ${deepest} deep; expected fewer`);
  for (const tensor of graph.messages(graphField.initializer)) yield* placesOf(tensor);
  for (const sparse of graph.messages(graphField.sparseInitializer)) yield* placesOfSparse(sparse);
  for (const node of graph.messages(graphField.node)) yield* placesOfNode(node, depth);
}

function* functionPlaces(model: Message): Generator<string> {
  for (const made of model.messages(modelField.functions)) {
    for (const node of made.messages(functionField.node)) yield* placesOfNode(node, 0);
  }
}

function* placesOfNode(node: Message, depth: number): Generator<string> {
  const { tensor, tensors, sparse, sparses, graph, graphs } = attributeField;
  for (const attribute of node.messages(nodeField.attribute)) {
    for (const field of [tensor, tensors]) for (const held of attribute.messages(field)) yield* placesOf(held);
    for (const field of [sparse, sparses]) for (const held of attribute.messages(field)) yield* placesOfSparse(held);
    for (const field of [graph, graphs]) for (const held of attribute.messages(field)) yield* placesIn(held, depth + 1);
  }
}

function* placesOfSparse(sparse: Message): Generator<string> {
  for (const field of [sparseField.values, sparseField.indices]) {
    for (const tensor of sparse.messages(field)) yield* placesOf(tensor);
  }
}

/** All that a tensor says of a place, whether or not it says that the place counts: engines may read it otherwise. */
function* placesOf(tensor: Message): Generator<string> {
  for (const entry of tensor.messages(tensorField.externalData)) {
    if (entry.text(entryField.key) === "location") yield entry.text(entryField.value);
  }
}

/** ONNX Runtime's names of the element types. Source: onnx.proto, TensorProto.DataType. */
const typeNames: Readonly<Record<number, string>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
};

function declaredValue(message: Message): ViewedValue {
  const name = message.text(valueInfoField.name);
  const tensor = message.message(valueInfoField.type)?.message(typeField.tensor);
  if (tensor === undefined) return { name, type: "", shape: undefined };
  const number = tensor.number(tensorTypeField.elementType) ?? 0;
  const shape = tensor.message(tensorTypeField.shape);
  const dims: (number | string | undefined)[] = [];
  for (const dim of shape?.messages(shapeField.dim) ?? []) {
    if (dims.length >= mostAxes) throw new Error(`got ${name} with more than ${mostAxes} axes`);
    const [size, param] = [dim.number(dimField.value) ?? 0, dim.text(dimField.param)];
    dims.push(Number.isSafeInteger(size) && size > 0 ? size : param || undefined);
  }
  return { name, type: typeNames[number] ?? `type ${number}`, shape: shape && dims };
}

/** A function of the file: its nodes are written where it is called. */
interface FileFunction {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly FileNode[];
}

function functionsOf(model: Message): Map<string, FileFunction> {
  const functions = new Map<string, FileFunction>();
  for (const message of model.messages(modelField.functions)) {
    const [domain, op] = [domainOf(message.text(functionField.domain)), message.text(functionField.name)];
    functions.set(functionKey({ domain, op, overload: message.text(functionField.overload) }), {
      inputs: message.texts(functionField.input),
      outputs: message.texts(functionField.output),
      nodes: readNodes(message.messages(functionField.node)),
    });
  }
  return functions;
}

/** Sees nodes with functions and branches in the place of their calls. */
class Flattened {
  #count = 0;

  constructor(readonly functions: ReadonlyMap<string, FileFunction>) {}

  nodesOf(nodes: readonly FileNode[], rename = (name: string) => name, given: Attributes = {}, depth = 0) {
    if (depth > deepest) throw new Error(`got graphs and functions more than ${deepest} deep in each other`);
    const found: ViewedNode[] = [];
    for (const node of nodes) {
      if (++this.#count > mostNodes) throw new Error(`got more than ${mostNodes} nodes`);
      const { op, domain } = node;
      const [inputs, outputs] = [node.inputs.map(rename), node.outputs.map(rename)];
      const local = this.functions.get(functionKey(node));
      if (local !== undefined) {
        const known = new Map(local.inputs.map((name, i) => [name, inputs[i] ?? ""]));
        for (const [i, name] of local.outputs.entries()) if (!known.has(name)) known.set(name, outputs[i] ?? "");
        const inner = (name: string) => known.get(name) || (name === "" ? "" : `${outputs[0]}/${name}`);
        found.push(...this.nodesOf(local.nodes, inner, attributesOf(node, given), depth + 1));
        continue;
      }
      const branch = op === "If" && domain === "" ? node.attributes.get("then_branch") : undefined;
      const graph = branch?.message(attributeField.graph);
      if (graph === undefined) {
        found.push(new LazyNode(node, inputs, outputs, given));
        continue;
      }
      const results = Array.from(graph.messages(graphField.output), (value) => value.text(valueInfoField.name));
      const renamed = (name: string) => (results.includes(name) ? outputs[results.indexOf(name)]! : rename(name));
      found.push(...this.nodesOf(readNodes(graph.messages(graphField.node), depth), renamed, given, depth + 1));
    }
    return found;
  }
}

/** A node whose attributes are read when they are asked for. */
class LazyNode implements ViewedNode {
  readonly op: string;
  readonly domain: string;
  #attributes: Attributes | undefined;

  constructor(
    readonly node: FileNode,
    readonly inputs: readonly string[],
    readonly outputs: readonly string[],
    readonly given: Attributes,
  ) {
    this.op = node.op;
    this.domain = node.domain;
  }

  get attributes(): Attributes {
    this.#attributes ??= attributesOf(this.node, this.given);
    return this.#attributes;
  }
}

/** The attributes that are no graphs or types; what a function's call gives is followed. */
function attributesOf({ attributes }: FileNode, given: Attributes): Attributes {
  const kinds = new Set<number>(Object.values(attributeType).filter((kind) => kind !== attributeType.graph));
  const found: Record<string, Attributes[string]> = {};
  for (const [name, message] of attributes) {
    const reference = message.text(attributeField.reference);
    const follows = reference === "" && kinds.has(message.number(attributeField.type) ?? 0);
    const value = follows ? readable(message) : given[reference];
    if (value !== undefined) Object.defineProperty(found, name, { value, enumerable: true });
  }
  return found;
}

function readable(message: Message): Attributes[string] | undefined {
  try {
    return readAttribute(message, undefined);
  } catch {
    return undefined; // a tensor of a type that we do not hold
  }
}
