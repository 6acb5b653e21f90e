import { UserError } from "../errors.js";
import { formatShape, sameShape } from "../graph/dims/shape.js";
import type { Graph, Model } from "../graph/graph.js";
import { rebatch } from "./rebatch.js";
import { simplify } from "./simplify.js";
import { untieStatistics } from "./untie-statistics.js";

/** What a file is wanted for. */
export interface ImportOptions {
  /** The images it will see, [C, H, W]; those the file names when left out. */
  readonly image?: readonly number[] | undefined;
  /** The only batch size it will see. Left out, it has to take any. */
  readonly batch?: number | undefined;
}

/**
 * Makes a classifier that somebody exported ready to be run, differentiated and trained: in batches of any size, with
 * running statistics that are every layer's own, without what exporters write around shapes.
 * @param model as it was read: one input [N, C, H, W].
 * @throws UserError when it takes other inputs, or is fixed to another batch size in a way that cannot be opened.
 * @example
 * ```ts
 * import { importModel } from "senet/graph";
 * import { readModel } from "senet/node";
 *
 * const { graph, weights } = importModel(readModel("model.onnx"));
 * console.log(graph.inputs[0]?.shape, weights.size); // [ 'N', 3, 32, 32 ] 143
 * ```
 */
export function importModel(model: Model, { image, batch }: ImportOptions = {}): Model {
  const { graph, weights } = untieStatistics(model);
  checkImages(graph, image);
  const any = batch !== undefined && graph.inputs[0]!.shape[0] === batch ? graph : rebatch(graph);
  return { graph: simplify(any), weights };
}

function checkImages({ inputs }: Graph, image: readonly number[] | undefined): void {
  const [x, ...others] = inputs;
  if (x === undefined || others.length > 0 || x.shape.length !== 4 || x.dtype !== "float32") {
    const takes = inputs.map(({ name, dtype, shape }) => `${name} ${dtype} ${formatShape(shape)}`).join(", ");
    throw new UserError(
      `got a model that takes ${takes || "nothing"}; expected one input of images float32 [N, C, H, W]`,
    );
  }
  const [, ...sizes] = x.shape;
  if (image !== undefined && !sameShape(sizes, image)) {
    throw new UserError(
      `got images ${image.join("x")}; expected ${sizes.join("x")}, what the model takes; give images of that size`,
    );
  }
}
