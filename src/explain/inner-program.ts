import type { Program } from "../evaluate/ask.js";
import type { Graph, Model } from "../graph/graph.js";
import { viewOf } from "../graph/model-view.js";
import { writeOnnx } from "../graph/onnx/write-onnx.js";
import { readAnswer } from "../read/answer-form.js";
import { readInput } from "../read/input-form.js";

/**
 * A model that is asked through another graph, which computes the same and more: it takes images as the model does, its
 * answer is the model's, and it may take further inputs and give further outputs.
 * @param others the outputs that are wanted beside the answer.
 * @param output the answer, by name, where the model has several that may be.
 */
export function innerProgram(model: Model, made: Graph, others: readonly string[], output?: string): Program {
  const view = viewOf(model.graph, model.weights);
  const { name } = model.graph;
  return {
    name,
    onnx: writeOnnx(made, model.weights),
    input: readInput(view, name),
    answer: readAnswer(view, name, { output }),
    others,
  };
}
