import type { Attribute, Attributes } from "../attributes.js";
import { dtypeToOnnx } from "../dtype.js";
import { isHalf } from "../half-precision.js";
import { attributeField, attributeType, graphField, nodeField, tensorField, valueInfoField } from "./fields.js";
import type { Message } from "./protobuf.js";
import { type ReadExternal, readTensor } from "./tensor.js";

/** A node as it lies in the file: its attributes are read when its turn comes. */
export interface FileNode {
  readonly name: string;
  readonly op: string;
  /** `""` for ONNX's own operators. */
  readonly domain: string;
  /** Which of several functions of one name is meant. */
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of the surrounding graph that the graphs inside its attributes may use. */
  readonly captured: readonly string[];
  readonly attributes: ReadonlyMap<string, Message>;
}

/** Graphs lie in graphs no deeper than this. */
export const deepest = 64;

/**
 * The nodes of a graph or function.
 * @throws Error when one has no operator, no output or an attribute twice, or graphs are nested too deeply.
 */
export function readNodes(messages: Iterable<Message>, depth = 0): FileNode[] {
  if (depth > deepest) throw new Error(`got graphs in graphs more than ${deepest} deep; expected fewer`);
  return Array.from(messages, (message) => readNode(message, depth));
}

// Most nodes have neither, and a large file may have very many nodes.
const noAttributes = new Map<string, Message>();
const noNames: readonly string[] = [];

function readNode(message: Message, depth: number): FileNode {
  const [op, given] = [message.text(nodeField.opType), message.texts(nodeField.output)];
  const outputs = given.slice(0, given.findLastIndex((name) => name !== "") + 1);
  const name = message.text(nodeField.name) || (outputs[0] ?? "");
  if (op === "" || outputs.length === 0) {
    throw new Error(`got node "${name}" with operator "${op}" and ${outputs.length} outputs; expected both`);
  }
  let [attributes, captured] = [noAttributes, noNames];
  for (const attribute of message.messages(nodeField.attribute)) {
    const key = attribute.text(attributeField.name);
    if (attributes === noAttributes) attributes = new Map();
    if (attributes.has(key)) throw new Error(`${op} (${name}): got attribute ${key} twice; expected it once`);
    attributes.set(key, attribute);
    const graph = attribute.message(attributeField.graph);
    if (graph !== undefined) captured = [...captured, ...namesIn(graph, depth + 1)];
  }
  const domain = domainOf(message.text(nodeField.domain));
  const overload = message.text(nodeField.overload);
  return { name, op, domain, overload, inputs: message.texts(nodeField.input), outputs, captured, attributes };
}

/** "ai.onnx" is another name of the domain whose name is empty. */
export function domainOf(name: string): string {
  return name === "ai.onnx" ? "" : name;
}

/** The names that a graph inside an attribute takes from the graphs around it. */
function namesIn(graph: Message, depth: number): Set<string> {
  const nodes = readNodes(graph.messages(graphField.node), depth);
  const names = new Set(nodes.flatMap(({ inputs, captured }) => [...inputs, ...captured]));
  for (const output of graph.messages(graphField.output)) names.add(output.text(valueInfoField.name));
  for (const name of nodes.flatMap(({ outputs }) => outputs)) names.delete(name);
  for (const tensor of graph.messages(graphField.initializer)) names.delete(tensor.text(tensorField.name));
  return names;
}

/** What an attribute inside a function may refer to: the attributes of the function's call. */
export type Arguments = ReadonlyMap<string, Attribute>;

/** The attributes of a node; references to the call's attributes are followed, those to one left out are left out. */
export function readAttributes(node: FileNode, given: Arguments, external: ReadExternal | undefined): Attributes {
  const attributes: Record<string, Attribute> = {};
  for (const [name, message] of node.attributes) {
    const reference = message.text(attributeField.reference);
    const attribute = reference === "" ? readAttribute(message, external) : given.get(reference);
    if (attribute !== undefined) Object.defineProperty(attributes, name, { value: attribute, enumerable: true });
  }
  return node.op === "Cast" && node.domain === "" ? castToSingle(attributes) : attributes;
}

/** Casts to 16-bit floating-point numbers become casts to float32, as all such numbers are. */
function castToSingle(attributes: Attributes): Attributes {
  const { to } = attributes;
  return to !== undefined && "int" in to && isHalf(to.int)
    ? { ...attributes, to: { int: dtypeToOnnx("float32") } }
    : attributes;
}

/** One attribute. @throws Error when it is not a number, text, tensor or a list of them. */
export function readAttribute(message: Message, external: ReadExternal | undefined): Attribute {
  const field = attributeField;
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  switch (message.number(field.type)) {
    case attributeType.int:
      return { int: message.number(field.int) ?? 0 };
    case attributeType.float:
      return { float: message.float(field.float) ?? 0 };
    case attributeType.string:
      return { string: text(message.bytes(field.string)) };
    case attributeType.tensor:
      return { tensor: readTensor(message.message(field.tensor) ?? message, external) };
    case attributeType.ints:
      return { ints: message.numbers(field.ints) };
    case attributeType.floats:
      return { floats: Array.from(message.floats(field.floats)) };
    case attributeType.strings:
      return { strings: message.views(field.strings).map(text) };
    default:
      throw new Error(
        `got attribute ${message.text(field.name)} of kind ${message.number(field.type) ?? 0}; ` +
          "expected a number, string, tensor or a list of them",
      );
  }
}
