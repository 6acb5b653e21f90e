import type { ValueType } from "../../graph/graph.js";
import type { Kernels } from "./kernels.js";

/** True for a feature map whose channels fill blocks, and that has more than one pixel. */
export function fillsBlocks({ block }: Kernels, map: ValueType): boolean {
  return map.shape.length === 4 && map.dtype === "float32" && Number(map.shape[1]) % block === 0 && !isPoint(map);
}

/** True for a feature map where the channels of all images, seen as those of one, do. */
export function fillBlocksTogether({ block }: Kernels, map: ValueType): boolean {
  const [n, c] = map.shape.map(Number);
  return map.shape.length === 4 && map.dtype === "float32" && (n! * c!) % block === 0 && !isPoint(map);
}

/** True for a map of one pixel. */
export function isPoint({ shape }: ValueType): boolean {
  return shape.length === 4 && shape[2] === 1 && shape[3] === 1;
}
