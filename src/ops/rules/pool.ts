import { type AttributesOf, attribute } from "../../graph/attributes.js";
import type { GraphBuilder } from "../../graph/builder.js";
import { extent, ShapeError } from "../../graph/dims/shape.js";
import type { Node, ValueType } from "../../graph/graph.js";
import { slack, type Window, windowAttributes, windowOf, writeOutPads } from "./window.js";

/** Attributes of everything that pools over windows. */
export const poolAttributes = { ...windowAttributes, ceil_mode: attribute("int", 0) };

/**
 * The window of a pool over x [N, C, H, W], or with one or three spatial axes.
 * @throws ShapeError when it does not fit.
 */
export function poolWindow({ ceil_mode: _, ...attributes }: AttributesOf<typeof poolAttributes>, x: ValueType): Window {
  const { kernel_shape } = attributes;
  if (kernel_shape === undefined) throw new TypeError("got no kernel_shape; expected one");
  const window = windowOf(attributes, x, kernel_shape);
  const wide = [...window.before, ...window.after].some((pad, i) => pad >= kernel_shape[i % kernel_shape.length]!);
  if (wide) {
    throw new ShapeError({
      given: `pads [${[...window.before, ...window.after]}] for kernel [${kernel_shape}]`,
      expected: "pads smaller than the kernel, as ONNX Runtime takes no others",
    });
  }
  const skips = window.strides.some((stride, i) => stride > kernel_shape[i]!);
  if (skips && attributes.auto_pad.startsWith("SAME")) {
    throw new ShapeError({
      given: `auto_pad ${attributes.auto_pad} with strides [${window.strides}] for kernel [${kernel_shape}]`,
      expected: "strides up to the kernel, as ONNX Runtime shifts such windows",
      fix: "write the pads out",
    });
  }
  return window;
}

/**
 * The spatial extents of a pool. In ceil mode a last window that does not fit counts too, unless it begins in the zeros
 * after x. Source: ONNX Runtime and PyTorch, which agree.
 */
export function pooledSizes(window: Window, ceilMode: number, x: ValueType): number[] {
  return window.strides.map((stride, i) => {
    const steps = slack(x, window, i) / stride;
    if (!ceilMode) return Math.floor(steps) + 1;
    const last = Math.ceil(steps);
    return last * stride >= extent(x, i + 2) + window.before[i]! ? last : last + 1;
  });
}

/**
 * How many taps of the window at place `o` of axis `i`, whose extent is `size`, lie on x, or with `includePad` on the
 * zeros around it too; never those beyond, where the last window of ceil mode reaches.
 */
export function pixelsUnder(window: Window, i: number, o: number, size: number, includePad = 0): number {
  const { kernel, strides, dilations, before, after } = window;
  const [low, high] = includePad ? [-before[i]!, size + after[i]!] : [0, size];
  const taps = Array.from({ length: kernel[i]! }, (_, k) => o * strides[i]! - before[i]! + k * dilations[i]!);
  return taps.filter((at) => at >= low && at < high).length;
}

/** Reads pools of older files; see `writeOutPads`. */
export function upgradePool(g: GraphBuilder, node: Node): Node {
  const kernel = node.attributes.kernel_shape;
  const [x] = node.inputs;
  return x && kernel && "ints" in kernel ? writeOutPads(node, g.value(x), kernel.ints) : node;
}
