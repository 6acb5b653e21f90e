import { type Attributes, type AttributesOf, attribute, readAttributes } from "../../graph/attributes.js";
import { extent, formatShape, ShapeError } from "../../graph/dims/shape.js";
import type { Node, ValueType } from "../../graph/graph.js";

/**
 * Attributes of everything that slides a window over one to three spatial axes. `pads` lists what comes before every
 * axis, then after.
 */
export const windowAttributes = {
  kernel_shape: attribute("ints", undefined),
  strides: attribute("ints", undefined),
  pads: attribute("ints", undefined),
  dilations: attribute("ints", undefined),
  auto_pad: attribute("string", "NOTSET"),
};

/** A window with nothing left to default: each list has one entry for every spatial axis. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before and after each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The names of the spatial axes, as they appear in messages. */
const axisNames = ["", "L", "H, W", "D, H, W"];

/** `[N, C, H, W]` for two spatial axes. @throws ShapeError when there are none or more than three. */
export function mapAxes(spatial: number): string {
  const names = spatial > 0 ? axisNames[spatial] : undefined;
  if (names !== undefined) return `[N, C, ${names}]`;
  throw new ShapeError({ given: `${spatial} spatial axes`, expected: "1, 2 or 3 of them" });
}

/** The extents of the kernel of weights [O, I/group, kH, kW], or of as many axes as there are. */
export function kernelOf(w: ValueType): number[] {
  return w.shape.slice(2).map((_, i) => extent(w, i + 2));
}

/**
 * Fills in the defaults of a window over `x` [N, C, H, W], or with one or three spatial axes.
 * @param kernel the extents of the kernel, taken from the weights where there are some.
 * @throws ShapeError when lengths do not match the spatial axes or the kernel contradicts `kernel_shape`.
 */
export function windowOf(
  attributes: AttributesOf<typeof windowAttributes>,
  x: ValueType,
  kernel: readonly number[],
): Window {
  const axes = mapAxes(kernel.length);
  const every = (value: number) => kernel.map(() => value);
  const { kernel_shape = kernel, strides = every(1), dilations = every(1), auto_pad } = attributes;
  const pads = attributes.pads ?? [...every(0), ...every(0)];
  if (x.shape.length !== kernel.length + 2) {
    throw new ShapeError({ given: `x ${formatShape(x.shape)}`, expected: `x ${axes}` });
  }
  if (kernel_shape.length !== kernel.length || kernel_shape.some((size, i) => size !== kernel[i])) {
    throw new ShapeError({
      given: `kernel_shape [${kernel_shape}]`,
      expected: `[${kernel}], the extents of the weights`,
    });
  }
  checkNumbers(kernel, strides, dilations, pads);
  const bare = { kernel, strides, dilations };
  if (auto_pad === "NOTSET") {
    return { ...bare, before: pads.slice(0, kernel.length), after: pads.slice(kernel.length) };
  }
  if (auto_pad === "VALID") return { ...bare, before: every(0), after: every(0) };
  const named = splitPads(auto_pad, samePads(x, bare));
  if (dilations.every((dilation) => dilation === 1)) return { ...bare, ...named };
  throw new ShapeError({
    given: `auto_pad ${auto_pad} with dilations [${dilations}]`,
    expected: `dilations [${every(1)}], as ONNX Runtime does not take both`,
    fix: "write the pads out",
  });
}

/**
 * Writes out the pads of a node that names them beside dilations: ONNX defines it, ONNX Runtime refuses it for
 * convolutions and forgets the dilations for pools.
 */
export function writeOutPads(node: Node, x: ValueType, kernel: readonly number[]): Node {
  const { auto_pad: _, pads: __, ...attributes } = node.attributes;
  const given = readAttributes(windowAttributes, pick(node.attributes), node.op);
  const { dilations, strides = kernel.map(() => 1) } = given;
  if (!given.auto_pad.startsWith("SAME") || !dilations?.some((dilation) => dilation !== 1)) return node;
  const { before, after } = splitPads(given.auto_pad, samePads(x, { kernel, strides, dilations }));
  return { ...node, attributes: { ...attributes, pads: { ints: [...before, ...after] } } };
}

/** Those attributes that describe a window. */
function pick(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => Object.hasOwn(windowAttributes, name)));
}

/** @throws ShapeError when there is not one number for every axis, or one that no window can have. */
function checkNumbers(
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  pads: readonly number[],
): void {
  const lengths = [strides.length, dilations.length, pads.length / 2];
  if (lengths.some((length) => length !== kernel.length)) {
    throw new ShapeError({
      given: `strides [${strides}], dilations [${dilations}], pads [${pads}]`,
      expected: `${kernel.length}, ${kernel.length} and ${2 * kernel.length} numbers`,
    });
  }
  if ([...kernel, ...strides, ...dilations].some((size) => size < 1) || pads.some((pad) => pad < 0)) {
    throw new ShapeError({
      given: `kernel [${kernel}], strides [${strides}], dilations [${dilations}], pads [${pads}]`,
      expected: "at least 1 each, and pads of at least 0",
    });
  }
}

/** How far the window reaches along axis `i`: the extent of the kernel with its gaps. */
export function reach({ kernel, dilations }: Pick<Window, "kernel" | "dilations">, i: number): number {
  return (kernel[i]! - 1) * dilations[i]! + 1;
}

/** SAME: the zeros with which the window has ceil(size / stride) positions. Source: ONNX, Conv. */
function samePads(x: ValueType, window: Pick<Window, "kernel" | "strides" | "dilations">): number[] {
  return window.strides.map((stride, i) => {
    const size = extent(x, i + 2);
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach(window, i) - size);
  });
}

/** The zeros of every axis shared out by name: an odd one goes after (UPPER) or before (LOWER). */
export function splitPads(auto_pad: string, totals: readonly number[]): Pick<Window, "before" | "after"> {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  if (auto_pad === "SAME_UPPER") return { before: less, after: more };
  if (auto_pad === "SAME_LOWER") return { before: more, after: less };
  throw new TypeError(`got auto_pad ${auto_pad}; expected one of NOTSET, VALID, SAME_UPPER, SAME_LOWER`);
}

/**
 * The spatial extents of what the window gives when it slides over `x`.
 * @throws ShapeError when x is smaller than the window.
 */
export function slide(x: ValueType, window: Window): number[] {
  return window.kernel.map((_, i) => Math.floor(slack(x, window, i) / window.strides[i]!) + 1);
}

/** How far the window can move along axis `i` of padded x. @throws ShapeError when x is smaller than the window. */
export function slack(x: ValueType, window: Window, i: number): number {
  const padded = extent(x, i + 2) + window.before[i]! + window.after[i]!;
  const needed = reach(window, i);
  if (padded >= needed) return padded - needed;
  throw new ShapeError({
    given: `x ${formatShape(x.shape)} with a kernel reaching over ${needed}`,
    expected: `an extent of at least ${needed} at axis ${i + 2} once padded`,
    fix: "give a larger input",
  });
}

/** The window as ONNX attributes. */
export function windowToAttributes({ kernel, strides, dilations, before, after }: Window) {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}
