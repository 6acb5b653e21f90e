import { UserError } from "../../errors.js";
import { opOf } from "../../ops/index.js";
import { GraphBuilder } from "../builder.js";
import { formatShape, ShapeError, sameShape } from "../dims/shape.js";
import type { Dim, Graph, Model, Parameter } from "../graph.js";
import type { Tensor } from "../tensor.js";
import { graphBody, opsetOf, readFunctions } from "./body.js";
import { entryField, graphField, modelField, PRODUCER, tensorField } from "./fields.js";
import { BodyWriter } from "./inline.js";
import { type ImageExtents, readInputs } from "./inputs.js";
import { Message } from "./protobuf.js";
import { NameScope } from "./scope.js";
import type { ReadExternal } from "./tensor.js";

/** Options of `readOnnx`. */
export interface ReadOptions {
  /** Fetches tensors that lie in other files (`readModel` does, in Node); without it such a model is refused. */
  readonly external?: ReadExternal;
  /**
   * The image [C, H, W] to compute sizes for: height and width in the place of those that the file has, channels where
   * it leaves them open.
   */
  readonly image?: ImageExtents | undefined;
}

/**
 * Reads the bytes of an `.onnx` file of opset 7 to 26, from any exporter. Floating-point initializers with axes are
 * parameters; those that operators name as running statistics are not trainable. Everything else that is fixed is a
 * constant. Functions and branches with a known condition are put in their place, what no output needs is left out,
 * 16-bit floating point becomes float32, and the first axis of inputs, where it has no size, is named "N".
 * @throws UserError when the bytes are not a whole ONNX model or hold something we do not know.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readOnnx } from "senet";
 *
 * const { graph, weights } = readOnnx(await readFile("model.onnx")); // or the bytes of a fetch, in a browser
 * console.log(graph.inputs[0]?.name, weights.size); // x 143
 * ```
 */
export function readOnnx(bytes: Uint8Array, options: ReadOptions = {}): Model {
  try {
    const model = new Message(bytes);
    const graph = parsed(bytes, () => model.message(modelField.graph));
    if (graph === undefined || graph.messages(graphField.node).next().done === true) {
      throw new UserError(
        `got ${bytes.length} bytes without an ONNX graph; expected an .onnx file with at least one node`,
      );
    }
    return readSized(graph, model, options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const option = error instanceof UserError ? error.options : [];
    throw new UserError(inOneLine(error instanceof UserError ? text : `cannot read this ONNX graph: ${text}`), {
      option,
    });
  }
}

/** Steps through the fields of the whole file once, which shows whether it is one. */
function parsed<T>(bytes: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UserError(
      `not a whole ONNX model (${bytes.length} bytes: ${error instanceof Error ? error.message : error}); give a complete .onnx file`,
    );
  }
}

/** Names in a damaged file may be of any length and hold anything. */
function inOneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > 1000 ? `${line.slice(0, 500)} … ${line.slice(-500)}` : line;
}

/** @throws UserError where the file has a size, and its graph takes no other; or has none, and needs one. */
function readSized(graph: Message, model: Message, options: ReadOptions): Model {
  const own = options.image && declared(graph, undefined);
  const asked = declared(graph, options.image);
  const other = own?.some((dim, i) => typeof dim === "number" && dim !== asked[i]) ?? false;
  if (!other) {
    try {
      return readModelGraph(graph, model, options);
    } catch (error) {
      const open = asked.length === 4 && asked.slice(1).some((dim) => typeof dim === "string");
      if (!open || !(error instanceof ShapeError)) throw error;
      throw new UserError(
        `takes images of any size, ${formatShape(asked)}; give the size of images, such as 3x224x224`,
        { option: ["size", "input"], cause: error },
      );
    }
  }
  const refuse = (reason: string) =>
    new UserError(
      `got images ${asked.slice(1).join("x")}; expected ${own!.slice(1).join("x")}, what the model takes ` +
        `(${reason}); give images of that size`,
    );
  try {
    const read = readModelGraph(graph, model, options);
    const usual = own!.slice(1).map((dim, i) => (typeof dim === "number" ? dim : options.image?.[i]));
    const before = readModelGraph(graph, model, { ...options, image: usual }).graph.outputs;
    for (const [i, { name, shape }] of read.graph.outputs.entries()) {
      const then = before[i]!.shape;
      if (shape[0] === then[0] && (shape.length > 2 || sameShape(shape, then))) continue;
      throw refuse(`${name} would be ${formatShape(shape)} in the place of ${formatShape(then)}`);
    }
    return read;
  } catch (error) {
    throw error instanceof ShapeError ? refuse(error.message.replaceAll("; ", ", ")) : error;
  }
}

/** The extents of the first input of an `.onnx` file behind its batch; none where the file is damaged. */
export function declaredSizes(bytes: Uint8Array): readonly Dim[] {
  try {
    const graph = new Message(bytes).message(modelField.graph);
    return graph === undefined ? [] : declared(graph, undefined).slice(1);
  } catch {
    return []; // which reading it will say
  }
}

/** The shape of the first input. */
function declared(graph: Message, image: ImageExtents | undefined): readonly Dim[] {
  const names = new Map<string, Message>(); // a file may have millions: no list of them is made
  for (const tensor of graph.messages(graphField.initializer)) names.set(tensor.text(tensorField.name), graph);
  return readInputs(graph, names, image)[0]?.shape ?? [];
}

function readModelGraph(graph: Message, model: Message, { external, image }: ReadOptions): Model {
  const g = new GraphBuilder(graph.text(graphField.name));
  const opset = opsetOf(model, modelField.opsetImport);
  const body = graphBody(graph);
  const names = [...body.inputs, ...body.initializers.keys(), ...body.nodes.flatMap(({ outputs }) => outputs)];
  g.reserve(names);
  const scope = new NameScope(opset, new Map(), 0, undefined, (name) => name);
  for (const input of readInputs(graph, body.initializers, image)) {
    g.input(scope.define(input.name), input.dtype, input.shape);
  }
  const weights = new Map<string, Tensor>();
  const keep = (name: string, tensor: Tensor) => weights.set(name, tensor);
  // Our own files have their parameters among the initializers, and nothing else.
  const foreign = model.text(modelField.producerName) !== PRODUCER;
  const writer = new BodyWriter(g, readFunctions(model, opset), external, keep, names, foreign);
  writer.write(body, scope);
  for (const name of body.outputs) g.output(writer.value(name, scope), name);
  g.metadata(readMetadata(model));
  const tidy = tidied(g.build(), body.initializers.keys());
  if (tidy.nodes.length === 0 && tidy.constants.size === 0) {
    throw new Error("got a graph that hands on its inputs; expected one that computes something");
  }
  return { graph: tidy, weights: new Map([...tidy.parameters.keys()].map((name) => [name, weights.get(name)!])) };
}

/** Parameters in the file's order, running statistics not trainable, and nothing that no output needs any more. */
function tidied(graph: Graph, order: Iterable<string>): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const alive = outputs.some((name) => needed.has(name));
    if (alive) for (const name of inputs) needed.add(name);
    return alive;
  });
  const state = new Set(
    nodes.flatMap(({ op, domain, inputs }) => (opOf(op, domain).state ?? []).flatMap((i) => inputs[i] ?? [])),
  );
  const parameters = new Map<string, Parameter>();
  for (const name of [...order, ...graph.parameters.keys()]) {
    const parameter = graph.parameters.get(name);
    if (parameter !== undefined && needed.has(name)) {
      parameters.set(name, { ...parameter, trainable: !state.has(name) });
    }
  }
  const constants = new Map([...graph.constants].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), parameters, constants };
}

/** Text that travels with the file; its description lies under the name `doc_string`. */
export function readMetadata(model: Message): Map<string, string> {
  const entries = new Map<string, string>();
  for (const entry of model.messages(modelField.metadataProps)) {
    entries.set(entry.text(entryField.key), entry.text(entryField.value));
  }
  const description = model.text(modelField.docString);
  return description === "" ? entries : entries.set("doc_string", description);
}
