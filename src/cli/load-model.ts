import { UserError } from "../errors.js";
import type { Model } from "../graph/graph.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";
import { openModelFile } from "./model-file.js";
import { type ModelSource, modelSource } from "./model-source.js";

/** What the flags `--model` and its companions say. */
export interface ModelFlags {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: number;
}

/**
 * The network of that name for images like `x`, what the file holds, or a model of the hub, with the weights of a file of
 * tensors where one is given. A network by name without weights has the first ones of seed 1.
 * @param x images [N, C, H, W].
 * @throws UserError when there is no such model, or images or weights do not fit it.
 */
export async function loadModel(flags: ModelFlags, x: Tensor): Promise<Model> {
  const found = await foundAs[modelSource(flags.model)](flags, x);
  if (flags.weights === undefined) return found;
  const { readModelWeights } = await import("./model-weights.js");
  const model = found.name;
  // A last layer with values of its own would give answers of its own.
  const { weights } = await readModelWeights(flags.weights, found.graph, { model, renewHead: false });
  return { graph: found.graph, weights };
}

/** A model as it is found, before `--weights`, and its name in the zoo where that is known. */
type Found = Model & { readonly name?: string };

const foundAs: Readonly<Record<ModelSource, (flags: ModelFlags, x: Tensor) => Promise<Found>>> = {
  name: byName,
  file: fromFile,
  hub: fromHub,
};

async function byName({ model, classes }: ModelFlags, x: Tensor): Promise<Found> {
  const { createModel } = await import("../models/index.js");
  const { initialise } = await import("../graph/initialise.js");
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const graph = createModel(model, { input: [channels, height, width], ...(classes !== undefined && { classes }) });
  return { name: model, graph, weights: initialise(graph, 1) };
}

async function fromFile({ model, classes }: ModelFlags, x: Tensor): Promise<Found> {
  refuseClasses(model, classes, "a file");
  const [batch, ...image] = x.shape;
  return openModelFile(model, { image, batch });
}

async function fromHub({ model, classes, weights }: ModelFlags, x: Tensor): Promise<Found> {
  refuseClasses(model, classes, "a hub id");
  const { openHub, openHubGraph } = await import("./open-hub.js");
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const options = { model: { input: [channels, height, width] } } as const;
  return weights === undefined
    ? openHub(model, options)
    : { ...(await openHubGraph(model, options)), weights: new Map() };
}

function refuseClasses(model: string, classes: number | undefined, given: string): void {
  if (classes === undefined) return;
  throw new UserError(`--classes: got ${classes} with ${given}; expected none: ${model} has its own`);
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
