import * as z from "zod/mini";
import { UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import { GraphBuilder } from "../graph/builder.js";
import { dtypeToOnnx } from "../graph/dtype.js";
import type { Graph, Model, Node, Value } from "../graph/graph.js";
import { indexOf } from "../graph/graph-index.js";
import { viewOf } from "../graph/model-view.js";
import { FreshNames } from "../graph/onnx/scope.js";
import { float32, int64 } from "../graph/tensor.js";
import { type AnswerForm, type AnswerKind, type ReadAnswerOptions, readAnswer } from "../read/answer-form.js";
import { type InputForm, readInput } from "../read/input-form.js";
import { removeDeadNodes } from "./dead-nodes.js";
import { bindDims, replay } from "./replay.js";

/** What of a file's form is put aside for training, and put back where it is written. */
const formSchema = z.object({
  input: z.object({
    name: z.string(),
    type: z.enum(["float32", "float64", "uint8"]),
    layout: z.enum(["NCHW", "NHWC"]),
  }),
  output: z.string(),
  /** The activation behind the logits. */
  ending: z.optional(z.enum(["Softmax", "LogSoftmax", "Sigmoid"])),
  /** The shape of the answer where it is not [N, classes], as Reshape takes it. */
  shape: z.optional(z.array(z.int())),
  /** Whether the file gives a number for the second of two classes alone. */
  single: z.optional(z.boolean()),
});

type FileForm = z.infer<typeof formSchema>;

/** The entry of a graph's metadata that says the form of the file that it came from. */
const formKey = "senet.form";

/** How a file is made ready for training. */
export interface TrainingFormOptions extends ReadAnswerOptions {
  /** What errors call the model. */
  readonly name?: string | undefined;
  /** False: a single logit stays one, as other classes take its place. */
  readonly pair?: boolean | undefined;
}

/** A model in the form that training takes. */
export interface TrainableForm extends Model {
  readonly input: InputForm;
  readonly answer: AnswerForm;
  /** Outputs that are left out. */
  readonly left: readonly string[];
}

/**
 * A classifier from somebody's file as training takes it: from images float32 [N, C, H, W] to logits [N, classes]. What
 * the file does otherwise (channels last, bytes, a Softmax at the end) is put aside in the graph's metadata, and
 * {@link withFileForm} puts it back. A graph of that form already is given back as it is.
 * @throws UserError when it takes no images, or gives nothing that logits can be found for.
 */
export function trainingForm({ graph: given, weights }: Model, options: TrainingFormOptions = {}): TrainableForm {
  const graph = withoutForm(given); // what a file says there is not ours
  const { name = graph.name, pair = true, output } = options;
  const view = viewOf(graph, weights);
  const [input, answer] = [readInput(view, name), readAnswer(view, name, { output })];
  const left = graph.outputs.map((value) => value.name).filter((other) => other !== answer.output);
  const form = formOf(input, answer, name);
  const same = form.input.layout === "NCHW" && form.input.type === "float32" && form.ending === undefined;
  if (same && form.shape === undefined && !form.single && left.length === 0) {
    return { graph, weights, input, answer, left };
  }
  const fed = withImages(graph, input);
  const cut = removeDeadNodes({ ...fed, outputs: [{ ...graph.outputs[0]!, name: answer.logits }] });
  const read = new Set(cut.nodes.flatMap(({ inputs }) => inputs));
  const parameters = new Map([...cut.parameters].filter(([key]) => read.has(key)));
  const g = new GraphBuilder(graph.name);
  const values = replay(g, { ...cut, parameters });
  const logits = flat(g, values.get(answer.logits)!, form, pair);
  g.output(logits, g.has(form.output) ? logits.name : form.output);
  g.metadata([[formKey, JSON.stringify(pair ? form : { ...form, single: false })]]);
  const kept = new Map([...weights].filter(([key]) => parameters.has(key)));
  return { graph: g.build(), weights: kept, input, answer, left };
}

/** The activation that makes of logits what a file answers with. */
const endings: { readonly [K in AnswerKind]?: FileForm["ending"] } = {
  probabilities: "Softmax",
  "log-probabilities": "LogSoftmax",
  independent: "Sigmoid",
  probability: "Sigmoid",
};

function formOf({ name, type, layout }: InputForm, answer: AnswerForm, model: string): FileForm {
  const { kind, ending, axes, axis, output } = answer;
  const ends = endings[kind];
  if (ending === "HardSigmoid") {
    throw new UserError(`${model}: ends in HardSigmoid, whose answers have no logits; expected Sigmoid or Softmax`);
  }
  const shape = Array.from({ length: axes }, (_, i) => (i === 0 ? 0 : i === axis ? -1 : 1));
  return {
    input: { name, type: type === "float16" ? "float32" : type, layout },
    output,
    ...(ends && { ending: ends }),
    ...((axes !== 2 || axis !== 1) && { shape }),
    ...((kind === "logit" || kind === "probability") && { single: true }),
  };
}

/** Logits [N, classes] of what a network gives, however many axes that has. */
function flat(g: GraphBuilder, z: Value, form: FileForm, pair: boolean): Value {
  const own = z.shape.length === 2 && form.shape === undefined ? z : g.call("Reshape", [z, g.ints([0, -1])]);
  if (!form.single || !pair) return own;
  // The first class has logit 0, so that the softmax of both is the sigmoid of the number.
  return g.call("MatMul", [own, g.constant(float32([1, 2], [0, 1]))]);
}

/** The graph with images float32 [N, C, H, W] in the place of what it takes. */
function withImages(graph: Graph, input: InputForm): Graph {
  const [x] = graph.inputs;
  if (x === undefined || (input.layout === "NCHW" && x.dtype === "float32")) return graph;
  const index = indexOf(graph);
  let { layout } = input;
  let type: string = x.dtype;
  let value = x.name;
  // What the file does with its input first may be what undoes its form: then it is left out.
  for (;;) {
    const node = index.onlyReader(value);
    if (node?.op === "Cast" && type !== "float32" && makesFloats(node)) type = "float32";
    else if (node?.op === "Transpose" && layout === "NHWC" && turns(node)) layout = "NCHW";
    else break;
    value = node.outputs[0]!;
  }
  const [n, ...sizes] = x.shape;
  const shape = input.layout === "NCHW" ? x.shape : [n!, sizes[2]!, sizes[0]!, sizes[1]!];
  const images = type === "float32" && layout === "NCHW" ? value : fresh(graph, "images");
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.includes(value));
  return {
    ...graph,
    inputs: [{ name: images, dtype: "float32", shape }],
    nodes: [...asFile(images, value, { layout, type }), ...nodes],
  };
}

/** The nodes that make of images [N, C, H, W] what a file takes. */
function asFile(images: string, value: string, { layout, type }: { layout: string; type: string }): Node[] {
  const cast = type !== "float32";
  const turn = layout === "NHWC";
  const between = turn && cast ? `${images}.turned` : value;
  return [
    ...(turn ? [turned(images, between, [0, 2, 3, 1])] : []),
    ...(cast ? [castTo(turn ? between : images, value, dtypeToOnnx(type as "uint8"))] : []),
  ];
}

function turned(from: string, to: string, perm: readonly number[]): Node {
  return { name: to, op: "Transpose", domain: "", inputs: [from], outputs: [to], attributes: { perm: { ints: perm } } };
}

function castTo(from: string, to: string, type: number): Node {
  return { name: to, op: "Cast", domain: "", inputs: [from], outputs: [to], attributes: { to: { int: type } } };
}

function makesFloats({ attributes }: Node): boolean {
  return attributeOf(attributes, "to", "int") === dtypeToOnnx("float32");
}

function turns({ attributes }: Node): boolean {
  return attributeOf(attributes, "perm", "ints")?.join() === "0,3,1,2";
}

/** A name that no value has. */
function fresh({ nodes, parameters, constants, inputs }: Graph, name: string): string {
  const made = nodes.flatMap(({ outputs }) => outputs);
  const given = inputs.map((value) => value.name);
  return new FreshNames([...made, ...parameters.keys(), ...constants.keys(), ...given]).next(name);
}

/**
 * The graph in the form of the file that it came from: its input, its last activation, its answer's axes. Graphs that
 * came from no such file are given back as they are.
 * @throws UserError when what the metadata says of the form is not ours.
 */
export function withFileForm(graph: Graph): Graph {
  const text = graph.metadata.get(formKey);
  if (text === undefined) return graph;
  const form = parsedForm(text);
  const { metadata } = withoutForm(graph);
  const given = withFileInput(graph, form);
  const [answer] = graph.outputs;
  const logits = form.single ? indexOf(graph).maker(answer!.name)!.inputs[0]! : answer!.name;
  const free = fresh(given, "logits");
  // The output's name is that of the file's; what makes it now gets another.
  const nodes = given.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === form.output ? free : name)),
    outputs: node.outputs.map((name) => (name === form.output ? free : name)),
  }));
  const from = logits === form.output ? free : logits;
  const ending = endingOf(form, from);
  const constants = new Map(given.constants);
  if (form.shape) constants.set("senet.answer-shape", int64([form.shape.length], form.shape));
  const written = { ...given, metadata, constants, nodes: namedApart([...nodes, ...ending]), outputs: graph.outputs };
  const outputs = [{ ...graph.outputs[0]!, name: form.output }];
  return bindDims(removeDeadNodes({ ...written, outputs }), {});
}

function parsedForm(text: string): FileForm {
  try {
    return formSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`got metadata ${formKey} that senet did not write; give a file without it`, { cause });
  }
}

function withoutForm(graph: Graph): Graph {
  if (!graph.metadata.has(formKey)) return graph;
  return { ...graph, metadata: new Map([...graph.metadata].filter(([key]) => key !== formKey)) };
}

/** Nodes with names of their own, which engines ask for. */
function namedApart(nodes: readonly Node[]): Node[] {
  const names = new FreshNames([]);
  return nodes.map((node) => ({ ...node, name: names.next(node.name) }));
}

function withFileInput(graph: Graph, { input }: FileForm): Graph {
  const [x] = graph.inputs;
  if (x === undefined || (input.layout === "NCHW" && input.type === "float32")) return graph;
  const [n, channels, height, width] = x.shape as [Value["shape"][0], ...Value["shape"]];
  const last = input.layout === "NHWC";
  const shape = last ? [n, height!, width!, channels!] : x.shape;
  // The file's name for its input may be taken by what training put in its place.
  const images = x.name === input.name ? fresh(graph, "images") : x.name;
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === x.name ? images : name)),
  }));
  const cast = input.type === "float32" ? input.name : last ? fresh(graph, `${input.name}.float`) : images;
  const first = [
    ...(input.type === "float32" ? [] : [castTo(input.name, cast, dtypeToOnnx("float32"))]),
    ...(last ? [turned(cast, images, [0, 3, 1, 2])] : []),
  ];
  return { ...graph, inputs: [{ name: input.name, dtype: input.type, shape }], nodes: [...first, ...nodes] };
}

function endingOf({ ending, shape, output, single: one }: FileForm, logits: string): Node[] {
  // Where other classes took the place of one number, its sigmoid is a softmax of all.
  const op = ending === "Sigmoid" && one === false ? "Softmax" : ending;
  const activated = shape === undefined ? output : `${output}.flat`;
  const nodes: Node[] = [];
  if (op !== undefined) {
    const attributes = op === "Sigmoid" ? {} : { axis: { int: 1 } };
    nodes.push({ name: activated, op, domain: "", inputs: [logits], outputs: [activated], attributes });
  }
  const from = op === undefined ? logits : activated;
  if (shape !== undefined) {
    const inputs = [from, "senet.answer-shape"];
    nodes.push({ name: output, op: "Reshape", domain: "", inputs, outputs: [output], attributes: {} });
  } else if (op === undefined) {
    nodes.push({ name: output, op: "Identity", domain: "", inputs: [logits], outputs: [output], attributes: {} });
  }
  return nodes;
}
