import { UserError } from "../errors.js";
import type { Dim, Model } from "../graph/graph.js";
import { formatShape } from "../graph/shape.js";
import type { Tensor } from "../graph/tensor.js";

/** What the flags `--model` and its companions say. */
export interface ModelFlags {
  readonly model: string;
  readonly weights?: string;
  readonly classes?: number;
}

/**
 * The network of that name for images like `x`, or what the file holds, with the weights of a file of
 * tensors where one is given. A network by name without weights has the first ones of seed 1.
 * @param x images [N, C, H, W].
 * @throws UserError when there is no such model, or images or weights do not fit it.
 */
export async function loadModel(flags: ModelFlags, x: Tensor): Promise<Model> {
  const found = await (isFile(flags.model) ? fromFile(flags, x) : byName(flags, x));
  if (flags.weights === undefined) return found;
  const { readModelWeights } = await import("./model-weights.js");
  const model = isFile(flags.model) ? undefined : flags.model;
  // A last layer with values of its own would give answers of its own.
  const { weights } = await readModelWeights(flags.weights, found.graph, { model, renewHead: false });
  return { graph: found.graph, weights };
}

function isFile(model: string): boolean {
  return /[/\\]|\.onnx$/.test(model);
}

async function byName({ model, classes }: ModelFlags, x: Tensor): Promise<Model> {
  const { createModel } = await import("../models/index.js");
  const { initialise } = await import("../graph/initialise.js");
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const graph = createModel(model, { input: [channels, height, width], ...(classes !== undefined && { classes }) });
  return { graph, weights: initialise(graph, 1) };
}

async function fromFile({ model, classes }: ModelFlags, x: Tensor): Promise<Model> {
  if (classes !== undefined)
    throw new UserError(`--classes: got ${classes} with a file; expected none: ${model} has its own`);
  const { readModel } = await import("../graph/node/read-model.js");
  const { rebatch } = await import("../transform/rebatch.js");
  const { bindDims } = await import("../transform/replay.js");
  const { graph, weights } = readModel(model);
  const [images, ...others] = graph.inputs;
  const fits = (dim: Dim, i: number) => i === 0 || typeof dim === "string" || dim === x.shape[i];
  if (images === undefined || others.length > 0 || images.shape.length !== 4 || !images.shape.every(fits)) {
    const inputs = graph.inputs.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", ");
    throw new UserError(`${model}: got images ${formatShape(x.shape)}; expected what it takes: ${inputs || "nothing"}`);
  }
  const open = images.shape.flatMap((dim, i) =>
    i > 0 && typeof dim === "string" ? [[dim, x.shape[i]!] as const] : [],
  );
  const sized = bindDims(graph, Object.fromEntries(open));
  return { graph: images.shape[0] === x.shape[0] ? sized : rebatch(sized), weights };
}

/** The images of an input file: `x` float32 [N, C, H, W]. @throws UserError when they are not there or of another kind. */
export function imagesOf(tensors: ReadonlyMap<string, Tensor>, path: string): Tensor {
  const x = tensors.get("x");
  if (x === undefined || x.dtype !== "float32" || x.shape.length !== 4 || x.data.length === 0) {
    const given = x
      ? `x ${x.dtype} ${formatShape(x.shape)}`
      : `${[...tensors.keys()].join(", ") || "no tensors"} without x`;
    throw new UserError(`${path}: got ${given}; expected x float32 [N, C, H, W]`);
  }
  return x;
}
