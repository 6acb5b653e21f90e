import { UserError } from "../../errors.js";
import type { Model } from "../../graph/graph.js";
import type { ViewedValue } from "../../graph/model-view.js";
import type { Outline } from "../../graph/onnx/outline.js";
import { type AnswerForm, readAnswer } from "../../read/answer-form.js";
import { type InputForm, readInput } from "../../read/input-form.js";
import { type SettingReason, settingsOf } from "../../read/settings.js";

/** What an `.onnx` file says of itself, and what we take that to mean. */
export interface FileFacts {
  /** The version of ONNX's own operators. */
  readonly opset: number | undefined;
  /** How often each operator occurs, the most frequent first; those of other domains with their domain. */
  readonly operators: readonly (readonly [operator: string, count: number])[];
  readonly inputs: readonly ViewedValue[];
  readonly outputs: readonly ViewedValue[];
  /** How it takes images, or why we cannot tell. */
  readonly input: InputForm | { readonly problem: string };
  /** Which output is a classifier's answer and what it means, or why we cannot tell. */
  readonly answer: AnswerForm | { readonly problem: string };
  /** Tensors that are taken for its settings and do not learn, with the reason. */
  readonly settings: readonly (readonly [name: string, reason: SettingReason])[];
}

/**
 * Says what an `.onnx` file is.
 * @param model the file's graph, where its operators are ones that we read.
 */
export function fileFacts(outline: Outline, name: string, model: Model | undefined, output?: string): FileFacts {
  const { opset, nodes, inputs, outputs } = outline;
  const counts = new Map<string, number>();
  for (const { op, domain } of nodes) {
    const operator = domain === "" ? op : `${domain}.${op}`;
    counts.set(operator, (counts.get(operator) ?? 0) + 1);
  }
  return {
    opset,
    operators: [...counts].sort(([, a], [, b]) => b - a),
    ...{ inputs, outputs },
    input: orProblem(() => readInput(outline, name)),
    answer: output ? readAnswer(outline, name, { output }) : orProblem(() => readAnswer(outline, name)),
    settings: model === undefined ? [] : [...settingsOf(model)],
  };
}

function orProblem<T>(read: () => T): T | { readonly problem: string } {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}
