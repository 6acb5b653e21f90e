import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import type { Model } from "../../graph/graph.js";
import { type Tensor, toNumbers } from "../../graph/tensor.js";
import { findModel } from "./find-model.js";
import type { ModelQuery, Opening } from "./model-query.js";

/** A batch of images out of a file. */
export interface ImageBatch {
  /** Images, float32 [N, C, H, W], all of them finite. */
  readonly x: Tensor;
  /** Everything that the file holds, `x` included. */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Reads a batch of images, the tensor `x` of a `.safetensors` file.
 * @throws UserError when it is not there, of another kind or not all finite.
 */
export async function readImageBatch(path: string): Promise<ImageBatch> {
  const { readSafetensorsFile } = await import("../../weights/safetensors/node/safetensors-file.js");
  const { tensors } = await readSafetensorsFile(path);
  const x = tensors.get("x");
  if (x === undefined || x.dtype !== "float32" || x.shape.length !== 4 || x.data.length === 0) {
    const given = x
      ? `x ${x.dtype} ${formatShape(x.shape)}`
      : `${[...tensors.keys()].join(", ") || "no tensors"} without x`;
    const some = x?.data.length === 0 ? ", none of them 0" : "";
    throw new UserError(`${path}: got ${given}; expected x float32 [N, C, H, W]${some}`);
  }
  const at = (x.data as Float32Array).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return { x, tensors };
  const place = formatShape(placeOf(at, x.shape));
  throw new UserError(`${path}: got ${x.data[at]} in x at ${place}; expected finite numbers`);
}

/** The indices of an element by its number in memory. */
function placeOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}

/**
 * The labels of a batch, its tensor `y` int64 [N].
 * @param path what errors call the file.
 * @param classes how many the model has, where that is a number.
 * @throws UserError when they are not there, not one per image, or not classes of the model.
 */
export function labelsOf({ x, tensors }: ImageBatch, path: string, classes: unknown): Tensor {
  const images = x.shape[0]!;
  const y = tensors.get("y");
  if (y === undefined || y.dtype !== "int64" || y.shape.length !== 1 || y.shape[0] !== images) {
    const given = y ? `y ${y.dtype} ${formatShape(y.shape)}` : "no tensor y";
    throw new UserError(`${path}: got ${given}; expected y int64 [${images}], a label for every image`);
  }
  const wrong = toNumbers(y).find((label) => label < 0 || (typeof classes === "number" && label >= classes));
  if (wrong === undefined) return y;
  throw new UserError(`${path}: got label ${wrong}; expected 0 to ${Number(classes) - 1}, the classes of the model`);
}

/**
 * Opens the model of a query for a batch of images; a network by name without weights has the first ones of seed 1.
 * @throws UserError when there is no such model, or images or weights do not fit it.
 */
export async function openForBatch(query: ModelQuery, { x }: ImageBatch, opening: Opening = {}): Promise<Model> {
  const { initialise } = await import("../../graph/initialise.js");
  const [batch, ...image] = x.shape as [number, number, number, number];
  const { graph, weights } = await findModel(query, { ...opening, image, batch, toTrain: true });
  return { graph, weights: weights ?? initialise(graph, 1) };
}
