import { UserError } from "../../errors.js";
import type { ViewedValue } from "../../graph/model-view.js";
import { outlineOnnx } from "../../graph/onnx/outline.js";
import {
  type ClassifierModel,
  type FindClassifierOptions,
  findClassifier,
} from "../../workspace/classifier/find-classifier.js";
import { openModelBytes } from "../../workspace/model/model-bytes.js";
import type { ModelQuery } from "../../workspace/model/model-query.js";
import { modelFileOf, modelSource } from "../../workspace/model/model-source.js";
import type { Servable } from "../engine/servable.js";
import type { ModelPlace } from "../model-place.js";
import { datatypesInWords } from "../protocol/datatypes.js";
import { specOf, type TensorSpec } from "../protocol/tensor-spec.js";
import type { ModelStatistics } from "../statistics/model-statistics.js";

/** A model that is served. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly query: ModelQuery;
  readonly servable: Servable;
  /** What takes photos and names its answers; or why there is none. */
  readonly classifier: ClassifierModel | UserError;
  readonly statistics: ModelStatistics;
}

/**
 * Finds a model to serve. Any `.onnx` file is served as it is; one that is no classifier takes tensors alone.
 * @param statistics what became of its requests so far.
 * @throws UserError when there is no such model, or it takes or gives what the protocol has no name for.
 */
export async function findServed(
  { name, version, query }: ModelPlace,
  statistics: ModelStatistics,
  options: FindClassifierOptions,
): Promise<ServedModel> {
  const classifier = await findClassifier(query, options).catch((error: unknown) => {
    const isFile = query.weights === undefined && modelSource(query.model) === "file";
    if (!(error instanceof UserError) || !isFile) throw error;
    return error;
  });
  const { onnx, folder } =
    classifier instanceof UserError ? openModelBytes(modelFileOf(query.model)) : classifier.program;
  const outline = outlineOnnx(onnx);
  const inputs = outline.inputs.map((value) => specOf(value) ?? unservable(query.model, "takes", value));
  const outputs = outline.outputs.flatMap((value) => specOf(value) ?? []);
  if (outputs.length === 0) unservable(query.model, "gives", outline.outputs[0]);
  const joins = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
  const servable = { label: `${name}/${version}`, onnx, folder, inputs, outputs, joins };
  return { name, version, query, servable, classifier, statistics };
}

function unservable(model: string, does: string, value: ViewedValue | undefined): never {
  const what = value === undefined ? "nothing" : `${value.name}, ${value.type || "no tensor"}`;
  throw new UserError(`${model}: ${does} ${what}; expected tensors of ${datatypesInWords}`);
}

/** Sizes that a model's inputs may have, those of its photos where they are open; undefined where nobody knows. */
export function usualShapes({ servable, classifier }: ServedModel): (readonly number[])[] | undefined {
  const shapes = servable.inputs.map(({ shape }: TensorSpec) => {
    if (classifier instanceof UserError) return shape;
    const { height, width } = classifier.preprocessing;
    const sides = classifier.program.input.layout === "NCHW" ? [1, 1, height, width] : [1, height, width, 1];
    return shape.map((size, axis) => (size === -1 && axis > 0 ? sides[axis]! : size));
  });
  return shapes.every((shape) => shape.slice(1).every((size) => size > 0)) ? shapes : undefined;
}
