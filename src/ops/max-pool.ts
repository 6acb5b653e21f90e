import { attribute } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete, ShapeError } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { elements } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { pixelsUnder, poolAttributes, pooledSizes, poolWindow, upgradePool } from "./rules/pool.js";
import { reach, type Window, windowToAttributes } from "./rules/window.js";
import { zerosOf } from "./rules/zeros.js";

const attributes = { ...poolAttributes, storage_order: attribute("int", 0) };

/**
 * The largest pixel of x [N, C, H, W] under a window, and where it lies: `Indices` counts over all of x, row by row, or
 * within each map column by column with `storage_order` 1.
 */
export const MaxPool: Op<typeof attributes> = {
  domain: "",
  kind: "pool",
  scaling: "moves",
  attributes,
  shape: ({ inputs, attributes: { storage_order: _, ...pool } }) => {
    const x = required(inputs, 0, "X");
    const shape = [...x.shape.slice(0, 2), ...pooledSizes(poolWindow(pool, x), pool.ceil_mode, x)];
    return [
      { dtype: x.dtype, shape },
      { dtype: "int64", shape },
    ];
  },
  gradient: (g, dy, { inputs, attributes: { storage_order: _, ...pool } }) => {
    const x = required(inputs, 0, "X");
    return [() => toLargest(g, dy, x, poolWindow(pool, x), pool.ceil_mode)];
  },
  macs: noMacs,
  upgrade: upgradePool,
};

/**
 * Adds every dy [N, C, H', W'] to the largest pixel of its window over x [N, C, H, W], of several equal ones to the
 * first.
 */
export function toLargest(g: GraphBuilder, dy: Value, x: Value, window: Window, ceil_mode = 0): Value {
  const shape = concrete(x);
  for (const [i, count] of concrete(dy).slice(2).entries()) {
    const empty = Array.from({ length: count }, (_, o) => o).find(
      (o) => pixelsUnder(window, i, o, shape[i + 2]!) === 0,
    );
    if (empty === undefined) continue;
    throw new ShapeError({
      given: `a window without a pixel of x under it (place ${empty} of axis ${i + 2})`,
      expected: "one under every window, for the gradient to go to",
      fix: "pad less",
    });
  }
  const pool = windowToAttributes(window);
  const [, indices] = g.callMany("MaxPool", [x], { ...pool, ceil_mode }, 2);
  // Windows that share no pixel need no sum, and ONNX Runtime writes them twice as fast.
  const apart = window.strides.every((stride, i) => stride >= reach(window, i));
  if (apart) {
    const kernel_shape = window.kernel.map(() => 1); // read only where no shape is given
    return g.call("MaxUnpool", [dy, indices, g.ints(shape)], { kernel_shape });
  }
  const flat = (value: Value | undefined) => g.call("Reshape", [value, g.ints([-1])]);
  const zeros = zerosOf(g, dy.dtype, [elements(shape)]);
  const sums = g.call("ScatterElements", [zeros, flat(indices), flat(dy)], { reduction: "add" });
  return g.call("Reshape", [sums, g.ints(shape)]);
}
