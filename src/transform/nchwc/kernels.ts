import type { GraphBuilder } from "../../graph/builder.js";
import type { Value } from "../../graph/graph.js";
import { concrete, extent } from "../../graph/shape.js";
import { float32 } from "../../graph/tensor.js";
import { flipKernel } from "../../ops/conv-input-gradient.js";
import type { Window } from "../../ops/window.js";

/** Extents of a feature map. */
export type MapShape = readonly [n: number, c: number, h: number, w: number];

/** The extents of a feature map [N, C, H, W] of known size. */
export function mapShape(value: Value): MapShape {
  const [n, c, h, w] = concrete(value);
  return [n!, c!, h!, w!];
}

/** What a convolution takes along: a vector [1, O], a blocked map, and its groups: one for every channel, or a number. */
export interface Extra {
  readonly bias?: Value;
  readonly sum?: Value;
  readonly depthwise?: boolean;
  /** Groups whose channels fill blocks each, 1 by default. */
  readonly groups?: number;
}

/**
 * The passes over memory that training needs, written with ONNX Runtime's channel-blocked convolution.
 *
 * A map [N, C, H, W] in blocks of b channels lies in memory as [N, C/b, H, W, b], which is also [1, N·C, 1, H·W] in
 * blocks: every image's every channel a channel of its own. A depthwise convolution over that view with a 1×1 kernel is
 * an affine map with numbers of its own per image and channel; with a kernel as large as the map it is a dot product.
 * Both run at the speed of memory. A vector here is a value [N, C], or [1, C] where all images share it.
 */
export class Kernels {
  readonly g: GraphBuilder;
  /** Channels in a block: 16 with AVX-512, 8 with AVX2. */
  readonly block: number;

  constructor(g: GraphBuilder, block: number) {
    this.g = g;
    this.block = block;
  }

  /** Stores a plain map in blocks. */
  toBlocks(x: Value): Value {
    return this.g.call("ReorderInput", [x]);
  }

  /** Stores a blocked map plainly. */
  toPlain(x: Value): Value {
    return this.g.call("ReorderOutput", [x], { channels: extent(x, 1) });
  }

  /** A vector [N, C] spread over a blocked map of that shape: rare, so by plain means. */
  fill(vector: Value, [n, c, h, w]: MapShape): Value {
    const points = this.g.call("Reshape", [vector, this.g.ints([n, c, 1, 1])]);
    return this.toBlocks(this.g.call("Expand", [points, this.g.ints([n, c, h, w])]));
  }

  /** scale·x + shift + sum, then max(·, 0) where asked: x, sum blocked, scale, shift vectors. */
  affine(x: Value, scale: Value, { shift, sum, relu }: { shift?: Value; sum?: Value; relu?: boolean }): Value {
    const shape = mapShape(x);
    const inputs = [this.#asChannels(x), this.#spread(scale, shape, [1, 1, 1])];
    if (shift !== undefined || sum !== undefined) inputs.push(this.#spread(shift ?? this.#zeros(shape[1]), shape, []));
    if (sum !== undefined) inputs.push(this.#asChannels(sum));
    const y = this.g.call("NchwcConv", inputs, {
      kernel_shape: [1, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: shape[0] * shape[1],
      ...(relu && { activation: "Relu" }),
    });
    return this.g.call("Reshape", [y, this.g.ints(shape)]);
  }

  /** Σ over H and W of a blocked map: a vector. */
  sum(x: Value): Value {
    const [n, c, h, w] = mapShape(x);
    const means = this.g.call("NchwcGlobalAveragePool", [x]);
    return this.g.call("Mul", [this.g.call("Reshape", [means, this.g.ints([n, c])]), this.g.scalar(h * w)]);
  }

  /** Σ over H and W of x·y, both blocked: a vector. */
  dot(x: Value, y: Value): Value {
    const [n, c, h, w] = mapShape(x);
    const filters = this.g.call("Reshape", [y, this.g.ints([n * c, 1, 1, h * w])]);
    const products = this.g.call("NchwcConv", [this.#asChannels(x), filters], {
      kernel_shape: [1, h * w],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: n * c,
    });
    return this.g.call("Reshape", [products, this.g.ints([n, c])]);
  }

  /**
   * A convolution of x, blocked or with fewer channels than a block plain, with plain weights w [O, I, kH, kW], or with
   * w [C, 1, kH, kW] depthwise: a group for every channel. `bias` is a vector [1, O]; `sum` a blocked map that is added.
   */
  convolve(x: Value, w: Value, window: Window, extra: Extra = {}): Value {
    return this.#slide(x, this.#blockedFilter(w), window, extra);
  }

  /** A convolution with weights that are in blocks already. */
  #slide(x: Value, filter: Value, window: Window, { bias, sum, depthwise, groups = 1 }: Extra): Value {
    const { kernel, strides, dilations, before, after } = window;
    const outputs = extent(filter, 0);
    const inputs = [x, filter];
    if (bias !== undefined || sum !== undefined) {
      inputs.push(this.g.call("Reshape", [bias ?? this.#zeros(outputs), this.g.ints([outputs])]));
    }
    if (sum !== undefined) inputs.push(sum);
    return this.g.call("NchwcConv", inputs, {
      kernel_shape: kernel,
      strides,
      dilations,
      pads: [...before, ...after],
      group: depthwise ? outputs : groups,
    });
  }

  /** The gradient of a convolution for its input, undefined where this layout has no good way. dy is blocked. */
  inputGradient(
    dy: Value,
    w: Value,
    window: Window,
    size: readonly number[],
    { sum, depthwise = false, groups = 1 }: Omit<Extra, "bias"> = {},
  ): Value | undefined {
    const { kernel, strides, dilations, before } = window;
    const [, , rows, columns] = mapShape(dy);
    const stride = strides[0]!;
    if (strides[1] !== stride || size[0] !== rows * stride || size[1] !== columns * stride) return undefined;
    const turned = this.#turnedFilter(w, depthwise ? extent(w, 0) : groups);
    const dense = { ...window, strides: [1, 1] };
    if (kernel.every((extent) => extent === 1) && before.every((pad) => pad === 0)) {
      const small = this.#slide(
        dy,
        turned,
        { ...dense, before: [0, 0], after: [0, 0] },
        sum && stride === 1 ? { sum, depthwise, groups } : { depthwise, groups },
      );
      const large = this.#insertZeros(small, stride);
      return sum && stride > 1 ? this.g.call("Add", [large, sum]) : large;
    }
    // A full correlation: reach − 1 − pad before, at least 0 where the size is kept, and after it what makes the result as large as x.
    const first = before.map((pad, i) => (kernel[i]! - 1) * dilations[i]! - pad);
    if (first.some((pad) => pad < 0)) return undefined;
    const spread = this.#insertZeros(dy, stride);
    return this.#slide(
      spread,
      turned,
      { ...dense, before: first, after: before },
      { ...(sum && { sum }), depthwise, groups },
    );
  }

  /**
   * The gradient of a convolution for its weights, [O, I, kH, kW] plain, as a convolution over x with dy as filter.
   * @param x plain [N, I, H, W]. @param dy blocked [N, O, H', W'].
   */
  weightGradient(x: Value, dy: Value, { kernel, strides, dilations, before, after }: Window): Value {
    const [n, inputs, height, width] = mapShape(x);
    const [, outputs, rows, columns] = mapShape(dy);
    const byChannel = this.g.call("Transpose", [x], { perm: [1, 0, 2, 3] }); // [I, N, H, W]
    // The kernel has one position for each place the window starts at; cut off what would give more.
    const extra = [height, width].map(
      (size, i) =>
        (kernel[i]! - 1) * dilations[i]! + ([rows, columns][i]! - 1) * strides[i]! + 1 - size - before[i]! - after[i]!,
    );
    const pads = [0, 0, ...before, 0, 0, ...after.map((pad, i) => pad + extra[i]!)];
    const padded = pads.some((pad) => pad !== 0) ? this.g.call("Pad", [byChannel, this.g.ints(pads)]) : byChannel;
    const window = { kernel_shape: [rows, columns], strides: dilations, dilations: strides, pads: [0, 0, 0, 0] };
    const taps = kernel[0]! * kernel[1]!;
    const blocks = outputs / this.block;
    let dw: Value; // [I, O/b, kH·kW, b]
    if (inputs * taps <= 2 * rows * columns) {
      // One group per image: its own dy as filter, every input channel an image of a batch; then the sum over images.
      const filters = this.g.call("Reshape", [dy, this.g.ints([n * outputs, 1, rows, columns])]);
      const partial = this.g.call("NchwcConv", [padded, filters], { ...window, group: n }); // [I, N·O, kH, kW]
      const split = this.g.call("Reshape", [partial, this.g.ints([inputs, n, blocks * taps * this.block])]);
      dw = this.g.call("ReduceSum", [split, this.g.ints([1])], { keepdims: 0 });
    } else {
      // Images as input channels: the sum over them is the convolution's own, but dy has to be turned.
      const b = this.block;
      const apart = this.g.call("Reshape", [dy, this.g.ints([n / b, b, blocks, rows * columns, b])]);
      const turned = this.g.call("Transpose", [apart], { perm: [2, 0, 3, 1, 4] }); // [O/b, N/b, H'·W', b images, b]
      const filters = this.g.call("Reshape", [turned, this.g.ints([outputs, n, rows, columns])]);
      dw = this.g.call("NchwcConv", [this.toBlocks(padded), filters], { ...window, group: 1 });
    }
    const unblocked = this.toPlain(this.g.call("Reshape", [dw, this.g.ints([inputs, outputs, ...kernel])]));
    return this.g.call("Transpose", [unblocked], { perm: [1, 0, 2, 3] });
  }

  /** Puts stride − 1 rows and columns of zeros after every one of a blocked map. */
  #insertZeros(x: Value, stride: number): Value {
    if (stride === 1) return x;
    const [n, c, h, w] = mapShape(x);
    const apart = this.g.call("Reshape", [x, this.g.ints([(n * c * h) / this.block, 1, w, 1, this.block])]);
    const spread = this.g.call("Pad", [apart, this.g.ints([0, 0, 0, 0, 0, 0, stride - 1, 0, stride - 1, 0])]);
    return this.g.call("Reshape", [spread, this.g.ints([n, c, h * stride, w * stride])]);
  }

  /** Weights [O, I, kH, kW] in the order the blocked convolution reads them: [O/b, I/b, kH·kW, b in, b out]. */
  #blockedFilter(w: Value): Value {
    const [outputs, inputs, height, width] = mapShape(w);
    const [b, taps] = [this.block, height * width];
    const byOutput = this.toBlocks(this.g.call("Reshape", [w, this.g.ints([1, outputs, 1, inputs * taps])])); // [O/b, I·taps, b]
    if (inputs < b || taps === 1)
      return this.g.call("Reshape", [byOutput, this.g.ints([outputs, inputs, height, width])]);
    const apart = this.g.call("Reshape", [byOutput, this.g.ints([outputs / b, inputs / b, b, taps, b])]);
    const turned = this.g.call("Transpose", [apart], { perm: [0, 1, 3, 2, 4] });
    return this.g.call("Reshape", [turned, this.g.ints([outputs, inputs, height, width])]);
  }

  /** The same of the weights that carry gradients back: turned by half a turn, inputs and outputs swapped. */
  #turnedFilter(w: Value, group: number): Value {
    if (group > 1) return this.#blockedFilter(flipKernel(this.g, w, group));
    const [outputs, inputs, height, width] = mapShape(w);
    const [b, taps] = [this.block, height * width];
    const shape = this.g.ints([inputs, outputs, height, width]);
    if (taps === 1) {
      const rows = this.g.call("Reshape", [w, this.g.ints([1, 1, outputs, inputs])]);
      return this.g.call("Reshape", [this.g.call("ReorderInput", [rows], { channels_last: 1 }), shape]);
    }
    const byInput = this.g.call("Reshape", [this.toBlocks(w), this.g.ints([outputs / b, b, inputs / b, taps, b])]);
    const swapped = this.g.call("Transpose", [byInput], { perm: [2, 0, 3, 1, 4] }); // [I/b, O/b, taps, b out, b in]
    const ends = [[-1], [-taps - 1], [2], [-1]].map((each) => this.g.ints(each));
    return this.g.call("Reshape", [this.g.call("Slice", [swapped, ...ends]), shape]);
  }

  /** A blocked map seen as one image whose channels are all channels of all images. */
  #asChannels(x: Value): Value {
    const [n, c, h, w] = mapShape(x);
    return this.g.call("Reshape", [x, this.g.ints([1, n * c, 1, h * w])]);
  }

  /** A vector with one number for every image and channel: [N·C, ..rest]. */
  #spread(vector: Value, [n, c]: MapShape, rest: readonly number[]): Value {
    const full = vector.shape[0] === n ? vector : this.g.call("Expand", [vector, this.g.ints([n, c])]);
    return this.g.call("Reshape", [full, this.g.ints([n * c, ...rest])]);
  }

  #zeros(channels: number): Value {
    return this.g.constant(float32([1, channels], new Float32Array(channels)));
  }
}
