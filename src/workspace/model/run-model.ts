import { UserError } from "../../errors.js";
import { float32, type Tensor } from "../../graph/tensor.js";
import type { InputForm } from "../../read/input-form.js";
import type { Runtime } from "../../runtime/runtime.js";
import { findProgram } from "./find-program.js";
import { forModelFile } from "./for-model-file.js";
import type { ImageBatch } from "./image-batch.js";
import type { ModelQuery, Opening } from "./model-query.js";

/** What is asked of a model beside the images. */
export interface RunModelOptions extends Opening {
  /** The output that is the answer, by name, where the model has several that may be. */
  readonly output?: string | undefined;
}

/** What a model makes of a batch. */
export interface ModelRun {
  /** Logits [N, classes]; of a model that gives probabilities, what a softmax makes those of. */
  readonly logits: Tensor;
  /** Everything that the model gives, under the names of its own outputs. */
  readonly outputs: ReadonlyMap<string, Tensor>;
}

/**
 * Runs the model of a query on a batch of images, which a file gets in the layout and the element type that it takes; a
 * network by name without weights has the first ones of seed 1.
 * @throws UserError when there is no such model, the images do not fit it, or it gives no answer for each image.
 */
export async function runModel(
  runtime: Runtime,
  query: ModelQuery,
  { x }: ImageBatch,
  { output, ...opening }: RunModelOptions = {},
): Promise<ModelRun> {
  const { openProgram } = await import("../../evaluate/ask.js");
  const [count, ...own] = x.shape as [number, number, number, number];
  const { program } = await findProgram(query, { ...opening, image: own, batch: count, output });
  const shape = imageShape(program.input, own, query.model);
  const asker = await openProgram(forModelFile(runtime, query.model), program);
  try {
    const given = await asker.all({ data: x.data as Float32Array, shape: [count, ...shape] });
    const logits = float32([count, program.answer.classes], given.logits);
    return { logits, outputs: new Map(Object.entries(given.outputs)) };
  } finally {
    await asker.release();
  }
}

/** The images [C, H, W] where they are those of the model. @throws UserError where they are others. */
function imageShape(
  { channels, height, width }: InputForm,
  [c, h, w]: readonly [number, number, number],
  model: string,
): [number, number, number] {
  if (c === channels && h === (height ?? h) && w === (width ?? w)) return [c, h, w];
  throw new UserError(
    `${model}: got images ${[c, h, w].join("x")}; expected ${channels}x${height ?? "H"}x${width ?? "W"}, what the model takes; give images of that size`,
  );
}
