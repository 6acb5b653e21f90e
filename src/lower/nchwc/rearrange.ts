import type { Value } from "../../graph/graph.js";
import { type Kernels, mapShape } from "./kernels.js";

/** Puts `steps` − 1 rows and columns of zeros after every one of a blocked map [N, C, H, W]. */
export function insertZeros({ g, block }: Kernels, x: Value, [down, across]: readonly [number, number]): Value {
  if (down === 1 && across === 1) return x;
  const [n, c, h, w] = mapShape(x);
  const apart = g.call("Reshape", [x, g.ints([(n * c * h) / block, 1, w, 1, block])]);
  const spread = g.call("Pad", [apart, g.ints([0, 0, 0, 0, 0, 0, down - 1, 0, across - 1, 0])]);
  return g.call("Reshape", [spread, g.ints([n, c, h * down, w * across])]);
}

/**
 * Weaves blocked maps [N, C, H, W] into one: `maps[i][j]` are the rows i, i + rows, … and the columns j, j + columns, …
 * of a map [N, C, H·rows, W·columns].
 */
export function weave({ g, block }: Kernels, maps: readonly (readonly Value[])[]): Value {
  const [n, c, h, w] = mapShape(maps[0]![0]!);
  const [lines, down, across] = [(n * c * h) / block, maps.length, maps[0]!.length];
  const beside = (values: readonly Value[], shape: readonly number[]) =>
    g.call(
      "Concat",
      values.map((value) => g.call("Reshape", [value, g.ints(shape)])),
      { axis: 2 },
    );
  const rows = maps.map((row) => beside(row, [lines, w, block]));
  return g.call("Reshape", [beside(rows, [lines, 1, w * across * block]), g.ints([n, c, h * down, w * across])]);
}

/** The first rows and columns of a blocked map [N, C, H, W]: [N, C, ..size]. */
export function cut({ g, block }: Kernels, x: Value, size: readonly number[]): Value {
  const [n, c, h, w] = mapShape(x);
  if (h === size[0] && w === size[1]) return x;
  const apart = g.call("Reshape", [x, g.ints([(n * c) / block, h, w, block])]);
  const kept = g.call("Slice", [apart, g.ints([0, 0]), g.ints(size), g.ints([1, 2])]);
  return g.call("Reshape", [kept, g.ints([n, c, ...size])]);
}

/** Every stride-th row and column of a blocked map. */
export function everyOther({ g, block }: Kernels, x: Value, stride: number): Value {
  const [n, c, h, w] = mapShape(x);
  const apart = g.call("Reshape", [x, g.ints([(n * c) / block, h, w, block])]);
  const some = g.call("Slice", [apart, g.ints([0, 0]), g.ints([h, w]), g.ints([1, 2]), g.ints([stride, stride])]);
  return g.call("Reshape", [some, g.ints([n, c, Math.ceil(h / stride), Math.ceil(w / stride)])]);
}
