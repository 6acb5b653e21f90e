import {
  attributeField,
  functionField,
  graphField,
  modelField,
  opsetField,
  tensorField,
  valueInfoField,
} from "./fields.js";
import { domainOf, type FileNode, readNodes } from "./node.js";
import { ordered } from "./order.js";
import type { Message } from "./protobuf.js";

/** Nodes with what goes in and comes out: a graph, the branch of an If, or a function. */
export interface Body {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** In an order in which they can run, without those that no output needs. */
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, Message>;
}

/** A function that the file itself defines. */
export interface LocalFunction {
  body(): Body;
  readonly opset: number;
  /** Attributes with their values where a call leaves them out. */
  readonly defaults: FileNode["attributes"];
}

/** The graph in a message. @throws Error when an initializer has no name of its own. */
export function graphBody(graph: Message, depth = 0): Body {
  const initializers = new Map<string, Message>();
  for (const tensor of graph.messages(graphField.initializer)) {
    const name = tensor.text(tensorField.name);
    if (name === "" || initializers.has(name)) {
      throw new Error(`got ${name === "" ? "a tensor without a name" : `two tensors ${name}`}; expected unique names`);
    }
    initializers.set(name, tensor);
  }
  for (const _ of graph.messages(graphField.sparseInitializer)) {
    throw new Error("got a sparse tensor; expected dense ones; export the model without sparse weights");
  }
  const names = (field: number) => Array.from(graph.messages(field), valueName);
  const outputs = names(graphField.output);
  const nodes = ordered(readNodes(graph.messages(graphField.node), depth), outputs);
  return { inputs: names(graphField.input), outputs, nodes, initializers };
}

function valueName(value: Message): string {
  const name = value.text(valueInfoField.name);
  if (name === "") throw new Error("got an input or output without a name; expected names");
  return name;
}

/** How a function is found: its domain, name and overload. */
export function functionKey({ domain, op, overload }: Pick<FileNode, "domain" | "op" | "overload">): string {
  return `${domain}:${op}:${overload}`;
}

/** The functions that a file defines. @param opset of the file, for those that name none. */
export function readFunctions(model: Message, opset: number): Map<string, LocalFunction> {
  const functions = new Map<string, LocalFunction>();
  for (const message of model.messages(modelField.functions)) {
    const domain = domainOf(message.text(functionField.domain));
    const op = message.text(functionField.name);
    const defaults = Array.from(message.messages(functionField.attributeDefaults), (attribute) => {
      return [attribute.text(attributeField.name), attribute] as const;
    });
    const key = functionKey({ domain, op, overload: message.text(functionField.overload) });
    if (op === "" || functions.has(key)) {
      throw new Error(`got function ${key} twice, or without a name; expected it once`);
    }
    let body: Body | undefined;
    functions.set(key, {
      body: () => {
        body ??= functionBody(message);
        return body;
      },
      opset: usesOwnOperators(message) ? opsetOf(message, functionField.opsetImport) : opset,
      defaults: new Map(defaults),
    });
  }
  return functions;
}

function usesOwnOperators(message: Message): boolean {
  const imports = Array.from(message.messages(functionField.opsetImport));
  return imports.some((entry) => domainOf(entry.text(opsetField.domain)) === "");
}

function functionBody(message: Message): Body {
  const [inputs, outputs] = [message.texts(functionField.input), message.texts(functionField.output)];
  const nodes = ordered(readNodes(message.messages(functionField.node)), outputs);
  return { inputs, outputs, nodes, initializers: new Map() };
}

/** The versions of ONNX's operators that we read: from the oldest our rules know to the newest of ONNX Runtime 1.30. */
const opsets = { oldest: 7, newest: 26 } as const;

/** The version in which a model or function uses ONNX's own operators. @throws Error when it is not one of ours. */
export function opsetOf(message: Message, field: number): number {
  for (const entry of message.messages(field)) {
    if (domainOf(entry.text(opsetField.domain)) !== "") continue;
    const version = entry.number(opsetField.version) ?? 0;
    if (version >= opsets.oldest && version <= opsets.newest) return version;
    const wanted = version < opsets.oldest ? "a newer" : "an older";
    throw new Error(
      `got opset ${version}; expected ${opsets.oldest} to ${opsets.newest}; export the model again with ${wanted} opset`,
    );
  }
  throw new Error("got no opset of ONNX's own operators; expected one; export the model again");
}
