import { attribute, readAttributes } from "../graph/attributes.js";
import type { GraphBuilder } from "../graph/builder.js";
import { concrete, extent } from "../graph/dims/shape.js";
import type { Value } from "../graph/graph.js";
import { elements, float32 } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesSince } from "./rules/attributes-since.js";
import { indicesOf } from "./rules/indices-of.js";
import { pixelsUnder, poolAttributes, pooledSizes, poolWindow, upgradePool } from "./rules/pool.js";
import { reach, type Window } from "./rules/window.js";

const attributes = { ...poolAttributes, count_include_pad: attribute("int", 0) };

/**
 * The mean of x [N, C, H, W] under a window, of the pixels of x alone or with `count_include_pad` of the zeros around
 * it too.
 */
export const AveragePool: Op<typeof attributes> = {
  domain: "",
  kind: "pool",
  scaling: "moves",
  attributes,
  shape: ({ inputs, attributes: { count_include_pad: _, ...pool } }) => {
    const x = required(inputs, 0, "X");
    const window = poolWindow(pool, x);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...pooledSizes(window, pool.ceil_mode, x)] }];
  },
  gradient: (g, dy, { inputs, attributes: { count_include_pad, ...pool } }) => {
    const x = required(inputs, 0, "X");
    const window = poolWindow(pool, x);
    return [() => spreadWindows(g, perPixel(g, dy, x, window, count_include_pad), x, window)];
  },
  macs: noMacs,
  upgrade: upgradePool,
  downgrade: (node, opset) => {
    const { ceil_mode, count_include_pad } = readAttributes(attributes, node.attributes, node.op);
    // Opset 19 was the first to say how a last window that reaches beyond the zeros is counted.
    return ceil_mode && count_include_pad && opset < 19 ? 19 : withoutDilations(node, opset);
  },
};

const withoutDilations = attributesSince({ dilations: { since: 19, implied: 1 } });

/** dy divided by the number of pixels that each mean was taken of. */
function perPixel(g: GraphBuilder, dy: Value, x: Value, window: Window, includePad: number): Value {
  const places = concrete(dy).slice(2);
  const along = places.map((count, i) =>
    Array.from({ length: count }, (_, o) => pixelsUnder(window, i, o, extent(x, i + 2), includePad)),
  );
  const counts = indicesOf(places).map((place) => place.reduce((product, o, i) => product * along[i]![o]!, 1));
  const factors = counts.map((count) => (count === 0 ? 0 : 1 / count));
  if (factors.every((factor) => factor === factors[0])) return g.call("Mul", [dy, g.scalar(factors[0]!)]);
  return g.call("Mul", [dy, g.constant(float32([1, 1, ...places], factors))]);
}

/**
 * Adds every dy [N, C, H', W'] to all pixels of its window: what the sum over windows of x [N, C, H, W] is transposed.
 */
export function spreadWindows(g: GraphBuilder, dy: Value, x: Value, window: Window): Value {
  const { kernel, strides, dilations, before } = window;
  const [n, c, ...sizes] = concrete(x) as [number, number, ...number[]];
  const places = concrete(dy).slice(2);
  // What the windows cover beyond x after it; negative where they leave some of it out.
  const beyond = places.map((count, i) => (count - 1) * strides[i]! + reach(window, i) - before[i]! - sizes[i]!);
  if (places.every((count) => count === 1) && [...before, ...beyond].every((extra) => extra === 0)) {
    return g.call("Expand", [dy, g.ints([n, c, ...sizes])]);
  }
  const ones = [...strides, ...dilations].every((size) => size === 1);
  if (ones && beyond.every((extra) => extra >= 0)) {
    // A sum over windows again: much faster than to transpose one.
    const pads = [before, beyond].flatMap((list) => list.map((pad, i) => kernel[i]! - 1 - pad));
    const mean = g.call("AveragePool", [dy], { kernel_shape: kernel, pads, count_include_pad: 1 });
    return g.call("Mul", [mean, g.scalar(elements(kernel))]);
  }
  const images = g.call("Reshape", [dy, g.ints([n * c, 1, ...places])]);
  const filter = g.constant(float32([1, 1, ...kernel], new Float32Array(elements(kernel)).fill(1)));
  const spread = g.call("ConvTranspose", [images, filter], {
    strides,
    dilations,
    pads: [...before, ...beyond.map((extra) => Math.max(0, extra))],
    output_padding: beyond.map((extra) => Math.max(0, -extra)),
  });
  return g.call("Reshape", [spread, g.ints([n, c, ...sizes])]);
}
