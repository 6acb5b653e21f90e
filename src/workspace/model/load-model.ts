import { UserError } from "../../errors.js";
import { formatShape } from "../../graph/dims/shape.js";
import type { Model } from "../../graph/graph.js";
import type { Tensor } from "../../graph/tensor.js";
import { findModel, type ModelFlags } from "./find-model.js";

/** What the flags `--model` and its companions say. */
export interface LoadedFlags extends ModelFlags {
  readonly classes?: number;
}

/**
 * The model of the flags for images like `x`; a network by name without weights has the first ones of seed 1.
 * @param x images [N, C, H, W].
 * @throws UserError when there is no such model, or images or weights do not fit it.
 */
export async function loadModel(flags: LoadedFlags, x: Tensor): Promise<Model> {
  const { initialise } = await import("../../graph/initialise.js");
  const [batch, ...image] = x.shape as [number, number, number, number];
  const { graph, weights } = await findModel(flags, { network: { classes: flags.classes }, image, batch });
  return { graph, weights: weights ?? initialise(graph, 1) };
}

/**
 * The images of an input file: `x` float32 [N, C, H, W].
 * @throws UserError when they are not there, of another kind or not all finite.
 */
export function imagesOf(tensors: ReadonlyMap<string, Tensor>, path: string): Tensor {
  const x = tensors.get("x");
  if (x === undefined || x.dtype !== "float32" || x.shape.length !== 4 || x.data.length === 0) {
    const given = x
      ? `x ${x.dtype} ${formatShape(x.shape)}`
      : `${[...tensors.keys()].join(", ") || "no tensors"} without x`;
    const some = x?.data.length === 0 ? ", none of them 0" : "";
    throw new UserError(`${path}: got ${given}; expected x float32 [N, C, H, W]${some}`);
  }
  const at = (x.data as Float32Array).findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const place = formatShape(placeOf(at, x.shape));
    throw new UserError(`${path}: got ${x.data[at]} in x at ${place}; expected finite numbers`);
  }
  return x;
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
