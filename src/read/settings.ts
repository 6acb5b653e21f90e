import { UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import type { Graph, Model, Node } from "../graph/graph.js";
import { type GraphIndex, indexOf } from "../graph/graph-index.js";
import { viewOf } from "../graph/model-view.js";
import { elements, type Tensor } from "../graph/tensor.js";
import { readAnswer } from "./answer-form.js";
import { namesMatching } from "./name-pattern.js";

/** Why a tensor of a file is taken for a setting of it, and not for something that it has learnt. */
export type SettingReason =
  | "it normalises the input"
  | "it scales the logits"
  | "it is added to logits that have a bias"
  | "it is one kernel for every channel";

/**
 * The floating-point tensors of a file that are its settings, with the reason: what is combined with the input before
 * any layer (mean and std), one number that scales the logits (a temperature), a vector added to logits that have a
 * bias already (a prior), and a depthwise kernel that is the same for every channel (a blur). A file does not tell
 * buffers from parameters otherwise. In doubt a tensor is a parameter.
 */
export function settingsOf({ graph, weights }: Model): Map<string, SettingReason> {
  const index = indexOf(graph);
  const found = new Map<string, SettingReason>();
  const add = (names: Iterable<string>, reason: SettingReason) => {
    for (const name of names) if (graph.parameters.get(name)?.trainable && !found.has(name)) found.set(name, reason);
  };
  add(besideInput(graph, index), "it normalises the input");
  const { scales, priors } = behindLogits(graph, weights, index);
  add(scales, "it scales the logits");
  add(priors, "it is added to logits that have a bias");
  for (const node of graph.nodes)
    if (isBlur(node, weights)) add([node.inputs[1]!], "it is one kernel for every channel");
  return found;
}

const arithmetic = new Set(["Add", "Sub", "Mul", "Div"]);
const moving = new Set(
  ["Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Slice", "Gather", "Concat", "Split"].concat([
    ...["Pad", "Resize", "Clip", "Flatten"],
  ]),
);

/** Parameters that meet pixels by arithmetic alone. */
function besideInput(graph: Graph, index: GraphIndex): Set<string> {
  const pixels = new Set(graph.inputs.map(({ name }) => name));
  const found = new Set<string>();
  for (const node of graph.nodes) {
    const computed = node.inputs.filter((name) => index.isComputed(name));
    if (computed.length === 0 || !computed.every((name) => pixels.has(name))) continue;
    if (!arithmetic.has(node.op) && !moving.has(node.op)) continue;
    for (const name of node.outputs) pixels.add(name);
    if (!arithmetic.has(node.op)) continue;
    for (const name of node.inputs) for (const held of heldBy(graph, index, name)) found.add(held);
  }
  return found;
}

/** The parameter that a value is, or that it is computed of alone. */
function heldBy(graph: Graph, index: GraphIndex, value: string): string[] {
  if (graph.parameters.has(value)) return [value];
  if (index.isComputed(value)) return [];
  return [...index.ancestors(value)].flatMap(({ inputs }) => inputs.filter((name) => graph.parameters.has(name)));
}

/** Parameters behind the last layer: single numbers that scale its logits, and what is added where it has a bias. */
function behindLogits(graph: Graph, weights: Model["weights"], index: GraphIndex) {
  const [scales, priors]: [string[], string[]] = [[], []];
  let value = logitsName(graph, weights);
  for (let node = index.maker(value); node !== undefined; node = index.maker(value)) {
    const held = node.inputs.filter((name) => graph.parameters.has(name));
    const other = node.inputs.find((name) => index.isComputed(name)) ?? "";
    if ((node.op === "Mul" || node.op === "Div") && held.length === 1 && sizeOf(graph, held[0]!) === 1) {
      scales.push(held[0]!);
    } else if ((node.op === "Add" || node.op === "Sub") && held.length === 1 && hasBias(graph, index, other)) {
      priors.push(held[0]!);
    } else if (!moving.has(node.op) && !(arithmetic.has(node.op) && held.length === 0)) break;
    value = other;
  }
  return { scales, priors };
}

/** The value of the logits, whatever the graph ends in. */
function logitsName(graph: Graph, weights: Model["weights"]): string {
  try {
    return readAnswer(viewOf(graph, weights), graph.name).logits;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return graph.outputs[0]!.name; // no classifier: nothing behind its answer is a temperature
  }
}

/** Whether a value comes, scaled or moved, of a layer with a bias. */
function hasBias(graph: Graph, index: GraphIndex, value: string): boolean {
  let name = value;
  for (let node = index.maker(name); node !== undefined; node = index.maker(name)) {
    if (node.op === "Gemm" || node.op === "Conv") return node.inputs[2] !== undefined && node.inputs[2] !== "";
    const held = node.inputs.filter((input) => graph.parameters.has(input));
    if (node.op === "Add" && held.length === 1) return index.maker(other(index, node))?.op === "MatMul";
    if (!moving.has(node.op) && !arithmetic.has(node.op)) return false;
    name = other(index, node);
  }
  return false;
}

function other(index: GraphIndex, { inputs }: Node): string {
  return inputs.find((name) => index.isComputed(name)) ?? "";
}

function sizeOf({ parameters }: Graph, name: string): number {
  return elements(parameters.get(name)!.shape);
}

/** A depthwise convolution whose rows are all the same, and not all zero: learning makes no such weight. */
function isBlur({ op, inputs, attributes }: Node, weights: Model["weights"]): boolean {
  const weight = weights.get(inputs[1] ?? "");
  const group = attributeOf(attributes, "group", "int") ?? 1;
  if ((op !== "Conv" && op !== "ConvTranspose") || weight === undefined || group < 2) return false;
  const [rows, width, ...kernel] = weight.shape;
  return rows === group && width === 1 && elements(kernel) > 1 && rowsEqual(weight, rows);
}

function rowsEqual({ data }: Tensor, rows: number): boolean {
  const size = data.length / rows;
  return data.every((value, i) => value === data[i % size]) && data.some((value) => Number(value) !== 0);
}

/** What of a file is held, and why. */
export interface HeldSettings {
  readonly graph: Graph;
  readonly held: ReadonlyMap<string, SettingReason>;
}

/**
 * The graph with its settings as what they are: tensors that do not learn.
 * @param learning patterns of those that are to learn all the same.
 * @throws UserError when such a pattern fits none.
 */
export function holdSettings(model: Model, learning: readonly string[] = []): HeldSettings {
  const found = settingsOf(model);
  const names = [...found.keys()];
  const learn = new Set(learning.flatMap((pattern) => namesMatching(pattern, names, "setting of the file")));
  const held = new Map([...found].filter(([name]) => !learn.has(name)));
  const parameters = [...model.graph.parameters].map(([name, parameter]) => {
    return [name, held.has(name) ? { ...parameter, trainable: false } : parameter] as const;
  });
  return { graph: { ...model.graph, parameters: new Map(parameters) }, held };
}
