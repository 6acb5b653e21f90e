import { UserError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { formatShape } from "../graph/shape.js";

/** Channels, height and width of the input. @throws UserError when it takes no images, or `--size` does not fit. */
export function inputOf(graph: Graph, size: number | undefined, model: string): [number, number, number] {
  const { shape } = graph.inputs[0]!;
  const [channels, ...sides] = shape.slice(1);
  const [height, width] = sides.map((side) => (typeof side === "number" ? side : size));
  if (channels !== 1 && channels !== 3) {
    throw new UserError(`${model}: takes ${formatShape(shape)}; expected images in grey or colour, [N, 3, H, W]`);
  }
  if (height === undefined || width === undefined) {
    throw new UserError(`${model}: takes images of any size, ${formatShape(shape)}; give --size, such as --size 224`);
  }
  if (size !== undefined && (height !== size || width !== size)) {
    throw new UserError(`--size: got ${size}; expected none: ${model} takes ${height}x${width}`);
  }
  return [channels, height, width];
}

/** How many classes its logits are of. @throws UserError when it gives something else. */
export function classCount(graph: Graph, model: string): number {
  const { shape } = graph.outputs[0]!;
  const classes = shape.at(-1);
  if (shape.length === 2 && typeof classes === "number") return classes;
  throw new UserError(`${model}: gives ${formatShape(shape)}; expected logits [N, classes]`);
}
