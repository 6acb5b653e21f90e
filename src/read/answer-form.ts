import { optionError, UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import type { ModelView, ViewedNode, ViewedValue } from "../graph/model-view.js";

/**
 * What the numbers are that a model answers with: logits, which a softmax would make probabilities; `probabilities`
 * that sum to 1; their logarithms; `independent` ones, each class's own by a sigmoid; for two classes a single logit
 * of the second one, or its probability.
 */
export type AnswerKind = "logits" | "probabilities" | "log-probabilities" | "independent" | "logit" | "probability";

/** Which of a model's outputs is its answer, and what that means. */
export interface AnswerForm {
  /** The output's name. */
  readonly output: string;
  readonly kind: AnswerKind;
  /** How many classes are told apart: two where the model gives a single number. */
  readonly classes: number;
  /** The axis of the classes, and how many axes there are: [N, K, 1, 1] is [N, K]. */
  readonly axis: number;
  readonly axes: number;
  /** The value that holds the logits: the output itself, or what its last activation takes. */
  readonly logits: string;
  /** That activation as the file writes it, `Softmax`; undefined where the output is logits. */
  readonly ending: string | undefined;
  /** Why this output. */
  readonly because: string;
}

/** How a model's answer is read. */
export interface ReadAnswerOptions {
  /** The output that is the answer, by name; found by its form otherwise. */
  readonly output?: string | undefined;
}

/** Operators that leave an answer's numbers what they are. */
const moving = new Set(
  ["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "Transpose", "Dropout"].concat([
    ...["QuantizeLinear", "DequantizeLinear", "Clip"],
  ]),
);

/** Activations that end a classifier, and what they make of logits. */
const endings: Readonly<Record<string, "softmax" | "log-softmax" | "sigmoid">> = {
  Softmax: "softmax",
  QLinearSoftmax: "softmax",
  LogSoftmax: "log-softmax",
  Sigmoid: "sigmoid",
  HardSigmoid: "sigmoid",
  QLinearSigmoid: "sigmoid",
};

/** Operators that make logits of features. */
const layers = new Set(
  ["Gemm", "MatMul", "Conv", "QLinearConv", "QLinearMatMul", "QGemm", "MatMulInteger", "ConvInteger"].concat([
    ...["FusedGemm", "FusedMatMul", "FusedConv", "MatMulNBits", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"],
    ...["GlobalAveragePool", "QLinearGlobalAveragePool", "ReduceMean", "TransposeMatMul"],
  ]),
);

/**
 * Finds the output that is a classifier's answer, and says what it means: by the nodes that make it.
 * @param model what errors call it.
 * @throws UserError when no output, or more than one, can be the answer, or it is not of classes.
 */
export function readAnswer(view: ModelView, model: string, { output }: ReadAnswerOptions = {}): AnswerForm {
  const named = view.outputs.map(({ name }) => name);
  if (output !== undefined) {
    const value = view.outputs.find(({ name }) => name === output);
    if (value === undefined)
      throw optionError("answer", `got ${output}; expected one of ${model}: ${named.join(", ")}`);
    return formOf(view, value, "it was asked for", model);
  }
  const fitting = view.outputs.filter((value) => mayAnswer(view, value));
  const [only, ...others] = fitting.length === 0 ? view.outputs : fitting;
  if (only === undefined) throw new UserError(`${model}: got a model without outputs; expected a classifier`);
  if (others.length === 0) {
    return formOf(view, only, view.outputs.length === 1 ? "it is the only output" : "no other is of classes", model);
  }
  const final = last(view, withoutEchoes(view, fitting));
  const made = final.filter((value) => isMadeByLayer(view, value));
  const main = beyondOthers(view, made.length > 0 ? made : final);
  const [best, ...equal] = main;
  if (best !== undefined && equal.length === 0) {
    const because = final.length === 1 ? "the others say the same or are on its way" : "the network goes on to it";
    return formOf(view, best, because, model);
  }
  throw new UserError(
    `${model}: got ${main.length} outputs that may be the answer (${main.map(({ name }) => name).join(", ")}); say which`,
    { option: "answer" },
  );
}

/** Whether an output is of floating-point numbers, one or more for each image and no map. */
function mayAnswer(view: ModelView, { type, shape, name }: ViewedValue): boolean {
  if (!/^b?float/.test(type)) return false;
  if (shape === undefined || shape.length === 0) return madeBy(view, name) !== undefined;
  const more = shape.slice(1).filter((size) => typeof size === "number" && size > 1);
  return shape.length >= 2 && more.length <= 1;
}

/** Of outputs that are the same numbers, moved or activated, one: logits where they are among them. */
function withoutEchoes(view: ModelView, outputs: readonly ViewedValue[]): readonly ViewedValue[] {
  const kept = new Map<string, ViewedValue>();
  for (const value of outputs) {
    const { root, kind } = endingOf(view, value.name);
    if (!kept.has(root) || kind === undefined) kept.set(root, value);
  }
  return [...kept.values()];
}

/** Those that no other one is made of. */
function last(view: ModelView, outputs: readonly ViewedValue[]): readonly ViewedValue[] {
  return outputs.filter(({ name }) => {
    const { root } = endingOf(view, name);
    return outputs.every((other) => other.name === name || !ancestors(view, other.name).has(root));
  });
}

/** All values that a value is made of. */
function ancestors(view: ModelView, of: string): Set<string> {
  const found = new Set<string>();
  const visit = [of];
  for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
    for (const input of view.maker(name)?.inputs ?? []) {
      if (input === "" || found.has(input)) continue;
      found.add(input);
      visit.push(input);
    }
  }
  return found;
}

/**
 * Those to which the network goes on beyond the place where another one leaves it, by two convolutions or more:
 * auxiliary classifiers hang on the way of the main one, while two tasks leave the network at one place.
 */
function beyondOthers(view: ModelView, outputs: readonly ViewedValue[]): readonly ViewedValue[] {
  const behind = outputs.map(({ name }) => ancestors(view, name));
  const convolutions = (of: Set<string>, without: Set<string>) =>
    new Set([...of].filter((value) => !without.has(value) && view.maker(value)?.op.includes("Conv"))).size;
  return outputs.filter((_, i) =>
    behind.every((other, j) => i === j || convolutions(other, behind[i]!) < convolutions(behind[i]!, other) + 2),
  );
}

/** Whether a layer's numbers are the answer, and not those of what works on features, such as a norm. */
function isMadeByLayer(view: ModelView, { name }: ViewedValue): boolean {
  let node = view.maker(endingOf(view, name).logits);
  for (let steps = 0; node !== undefined && steps < 4; steps++) {
    if (layers.has(node.op)) return true;
    if (node.op !== "Add" && node.op !== "Mul" && node.op !== "Div" && !moving.has(node.op)) return false;
    node = node.inputs.map((input) => view.maker(input)).find((maker) => maker !== undefined);
  }
  return false;
}

interface Ending {
  readonly kind: "softmax" | "log-softmax" | "sigmoid" | undefined;
  /** The value that the activation takes; the output itself where there is none. */
  readonly logits: string;
  readonly node: ViewedNode | undefined;
  /** The value whose numbers the logits are, however they were moved. */
  readonly root: string;
}

/** The activation that a value ends in. */
function endingOf(view: ModelView, output: string): Ending {
  let log = false;
  let name = movedFrom(view, output);
  for (let node = view.maker(name); node !== undefined; node = view.maker(name)) {
    const found = activation(view, node);
    const kind = log && found?.kind === "softmax" ? "log-softmax" : log ? undefined : found?.kind;
    if (found !== undefined && kind !== undefined) {
      return { kind, logits: found.logits, node, root: movedFrom(view, found.logits) };
    }
    if (log || node.op !== "Log") break;
    log = true;
    name = movedFrom(view, node.inputs[0] ?? "");
  }
  return { kind: undefined, logits: output, node: undefined, root: movedFrom(view, output) };
}

/** The value that another one is, but for its shape, type or order. */
function movedFrom(view: ModelView, value: string): string {
  let name = value;
  // A damaged file may go round in a circle.
  for (let steps = 0; steps < 64 && moving.has(view.maker(name)?.op ?? ""); steps++) {
    name = view.maker(name)!.inputs[0] ?? "";
  }
  return name;
}

/** What an activation node takes; a softmax may be written as a quotient of exponentials. */
function activation(view: ModelView, node: ViewedNode): { kind: Ending["kind"]; logits: string } | undefined {
  if (Object.hasOwn(endings, node.op)) return { kind: endings[node.op], logits: node.inputs[0] ?? "" };
  if (node.op !== "Div") return undefined;
  const [above, below] = node.inputs.map((input) => view.maker(input));
  const isSoftmax = above?.op === "Exp" && below?.op === "ReduceSum" && below.inputs[0] === node.inputs[0];
  return isSoftmax ? { kind: "softmax", logits: above.inputs[0] ?? "" } : undefined;
}

function madeBy(view: ModelView, output: string): number | undefined {
  return classesOfLayer(view, endingOf(view, output).logits);
}

function formOf(view: ModelView, { name, type, shape }: ViewedValue, why: string, model: string): AnswerForm {
  const ending = endingOf(view, name);
  const said = shape && classesIn(shape);
  const count = said?.count ?? classesOfLayer(view, ending.logits);
  if (!/^b?float/.test(type) && type !== "") {
    throw new UserError(`${model}: gives ${name}, ${type}; expected numbers of classes`, { option: "answer" });
  }
  if (count === undefined) {
    const given = `[${(shape ?? []).map((size) => size ?? "?").join(", ")}]`;
    throw new UserError(`${model}: gives ${given}; expected logits [N, classes]`);
  }
  const single = count === 1;
  const kind = kindOf(ending.kind, single);
  return {
    output: name,
    kind,
    classes: single ? 2 : count,
    axis: said?.axis ?? 1,
    axes: shape?.length ?? 2,
    logits: ending.logits,
    ending: ending.node?.op,
    because: `${why}; ${endingText(ending.node?.op, kind)}`,
  };
}

function kindOf(ending: Ending["kind"], single: boolean): AnswerKind {
  if (single) return ending === "sigmoid" ? "probability" : "logit";
  if (ending === "softmax") return "probabilities";
  if (ending === "log-softmax") return "log-probabilities";
  return ending === "sigmoid" ? "independent" : "logits";
}

function endingText(op: string | undefined, kind: AnswerKind): string {
  const what = kind === "logit" || kind === "probability" ? "one number, of the second of two classes" : kind;
  return op === undefined ? `no activation ends it: ${what}` : `it ends in ${op}: ${what}`;
}

/** The axis whose size is that of the classes: the only one beside the batch that is not 1. */
function classesIn(shape: ViewedValue["shape"]): { axis: number; count: number } | undefined {
  const sizes = (shape ?? []).slice(1);
  const at = sizes.findIndex((size) => size !== 1);
  if (at < 0) return sizes.length > 0 ? { axis: 1, count: 1 } : undefined;
  const count = sizes[at];
  const others = sizes.some((size, i) => i !== at && typeof size === "number" && size !== 1);
  return typeof count === "number" && !others ? { axis: at + 1, count } : undefined;
}

/** The classes of the layer that makes a value, by its weight, where the file says no shape. */
function classesOfLayer(view: ModelView, value: string): number | undefined {
  let name = value;
  for (let steps = 0; steps < 8; steps++) {
    const node = view.maker(name);
    if (node === undefined) return undefined;
    const weight = view.heldShape(node.inputs[1] ?? "");
    if (node.op === "Gemm" && weight !== undefined) {
      return attributeOf(node.attributes, "transB", "int") === 1 ? weight[0] : weight[1];
    }
    if (node.op === "MatMul" && weight !== undefined) return weight.at(-1);
    if (node.op === "Conv" && weight !== undefined) return weight[0];
    name = node.inputs.find((input) => view.maker(input) !== undefined) ?? "";
  }
  return undefined;
}
