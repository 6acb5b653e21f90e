import { type AttributesOf, attribute } from "../graph/attributes.js";
import type { ValueType } from "../graph/graph.js";
import { extent, formatShape, ShapeError } from "../graph/shape.js";

/** Attributes of everything that slides a window over H and W. `pads` is [top, left, bottom, right]. */
export const windowAttributes = {
  kernel_shape: attribute("ints", undefined),
  strides: attribute("ints", undefined),
  pads: attribute("ints", undefined),
  dilations: attribute("ints", undefined),
  auto_pad: attribute("string", "NOTSET"),
};

/** A window with nothing left to default: each list has one entry for H and one for W. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Zeros before and after each axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Fills in the defaults of a window over `x` [N, C, H, W].
 * @param kernel the extents of the kernel, taken from the weights where there are some.
 * @throws ShapeError when lengths do not match the two axes or the kernel contradicts `kernel_shape`.
 */
export function windowOf(
  attributes: AttributesOf<typeof windowAttributes>,
  x: ValueType,
  kernel: readonly number[],
): Window {
  const { kernel_shape = kernel, strides = [1, 1], dilations = [1, 1], pads = [0, 0, 0, 0], auto_pad } = attributes;
  if (x.shape.length !== 4) {
    throw new ShapeError({ given: `x ${formatShape(x.shape)}`, expected: "x [N, C, H, W]" });
  }
  if (kernel_shape.length !== 2 || kernel_shape.some((size, i) => size !== kernel[i])) {
    throw new ShapeError({
      given: `kernel_shape [${kernel_shape}]`,
      expected: `[${kernel}], the extents of the weights`,
    });
  }
  if (strides.length !== 2 || dilations.length !== 2 || pads.length !== 4) {
    throw new ShapeError({
      given: `strides [${strides}], dilations [${dilations}], pads [${pads}]`,
      expected: "2, 2 and 4 numbers",
    });
  }
  if ([...kernel, ...strides, ...dilations].some((size) => size < 1) || pads.some((pad) => pad < 0)) {
    throw new ShapeError({
      given: `kernel [${kernel}], strides [${strides}], dilations [${dilations}], pads [${pads}]`,
      expected: "at least 1 each, and pads of at least 0",
    });
  }
  const bare = { kernel, strides, dilations };
  if (auto_pad === "NOTSET") return { ...bare, before: pads.slice(0, 2), after: pads.slice(2) };
  if (auto_pad === "VALID") return { ...bare, before: [0, 0], after: [0, 0] };
  if (auto_pad !== "SAME_UPPER" && auto_pad !== "SAME_LOWER") {
    throw new TypeError(`got auto_pad ${auto_pad}; expected one of NOTSET, VALID, SAME_UPPER, SAME_LOWER`);
  }
  if (dilations.some((dilation) => dilation !== 1)) {
    throw new ShapeError({
      given: `auto_pad ${auto_pad} with dilations [${dilations}]`,
      expected: "dilations [1,1], as ONNX Runtime does not take both",
      fix: "write the pads out",
    });
  }
  // SAME: the output has ceil(size / stride) positions; an odd zero goes after (UPPER) or before (LOWER).
  const totals = [0, 1].map((i) => {
    const size = extent(x, i + 2);
    return Math.max(0, (Math.ceil(size / strides[i]!) - 1) * strides[i]! + kernel[i]! - size);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return auto_pad === "SAME_UPPER" ? { ...bare, before: less, after: more } : { ...bare, before: more, after: less };
}

/**
 * The extents [H, W] of what the window gives when it slides over `x`.
 * @throws ShapeError when x is smaller than the window.
 */
export function slide(x: ValueType, { kernel, strides, dilations, before, after }: Window): number[] {
  return [0, 1].map((i) => {
    const padded = extent(x, i + 2) + before[i]! + after[i]!;
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    if (padded < reach) {
      throw new ShapeError({
        given: `x ${formatShape(x.shape)} with a kernel reaching over ${reach}`,
        expected: `an extent of at least ${reach} at axis ${i + 2} once padded`,
        fix: "give a larger input",
      });
    }
    return Math.floor((padded - reach) / strides[i]!) + 1;
  });
}

/** The window as ONNX attributes. */
export function windowToAttributes({ kernel, strides, dilations, before, after }: Window) {
  return { kernel_shape: kernel, strides, dilations, pads: [...before, ...after] };
}
