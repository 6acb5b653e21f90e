import { extentOf, formatSize, type ImageSize } from "../data/image-size.js";
import { optionError, UserError } from "../errors.js";
import { formatShape } from "../graph/dims/shape.js";
import type { Graph } from "../graph/graph.js";

/** Channels, height and width of the input. @throws UserError when it takes no images, or the size does not fit. */
export function inputOf(graph: Graph, size: ImageSize | undefined, model: string): [number, number, number] {
  const { shape } = graph.inputs[0]!;
  const [channels, ...sides] = shape.slice(1);
  const asked = size === undefined ? undefined : extentOf(size);
  const [height, width] = [asked?.height, asked?.width].map((side, i) => {
    const own = sides[i];
    return typeof own === "number" ? own : side;
  });
  if (channels !== 1 && channels !== 3) {
    throw new UserError(`${model}: takes ${formatShape(shape)}; expected images in grey or colour, [N, 3, H, W]`);
  }
  if (height === undefined || width === undefined) {
    throw new UserError(`${model}: takes images of any size, ${formatShape(shape)}; give one such as 224`, {
      option: "size",
    });
  }
  if (size !== undefined && (height !== asked?.height || width !== asked.width)) {
    throw optionError("size", `got ${formatSize(size)}; expected none: ${model} takes ${height}x${width}`);
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
