import type { GraphBuilder } from "../../graph/builder.js";
import { concrete, extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import type { Window } from "../../ops/rules/window.js";

/** Extents of a feature map. */
export type MapShape = readonly [n: number, c: number, h: number, w: number];

/** The extents of a feature map [N, C, H, W] of known size. */
export function mapShape(value: Value): MapShape {
  const [n, c, h, w] = concrete(value);
  return [n!, c!, h!, w!];
}

/**
 * The groups of a convolution: one for every channel, or a number of them whose channels fill blocks each, 1 by
 * default.
 */
export interface Grouping {
  readonly depthwise?: boolean;
  readonly groups?: number;
}

/** What a convolution takes along: a vector [1, O] and a blocked map that is added. */
export interface Extra extends Grouping {
  readonly bias?: Value;
  readonly sum?: Value;
}

/**
 * The passes over memory that training needs, written with ONNX Runtime's channel-blocked convolution.
 *
 * A map [N, C, H, W] in blocks of b channels lies in memory as [N, C/b, H, W, b], which is also [1, N·C, 1, H·W] in
 * blocks: every image's every channel a channel of its own. A depthwise convolution over that view with a 1×1 kernel is
 * an affine map with numbers of its own per image and channel; with a kernel as large as the map it is a dot product.
 * Both run at the speed of memory. Where C does not fill blocks N·C may, and all but convolutions work alike. A vector
 * here is a value [N, C], [1, C] where all images share it, or [1, 1].
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
    return this.#oneImage(x, (image) => this.g.call("ReorderInput", [image]));
  }

  /** Stores a blocked map plainly. */
  toPlain(x: Value): Value {
    return this.#oneImage(x, (image) => this.g.call("ReorderOutput", [image], { channels: extent(image, 1) }));
  }

  /** A vector [N, C] spread over a blocked map of that shape: rare, so by plain means. */
  fill(vector: Value, shape: MapShape): Value {
    return this.toBlocks(this.fillPlain(vector, shape));
  }

  /** The same, over a plain map. */
  fillPlain(vector: Value, [n, c, h, w]: MapShape): Value {
    const points = this.g.call("Reshape", [vector, this.g.ints([n, c, 1, 1])]);
    return this.g.call("Expand", [points, this.g.ints([n, c, h, w])]);
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
    const image = c % this.block === 0 ? x : this.#asChannels(x);
    const means = this.g.call("NchwcGlobalAveragePool", [image]);
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
   * A convolution of x, blocked or with fewer channels than a block plain, by a filter as `blockedFilter` makes it;
   * depthwise with a group for every channel. `bias` is a vector [1, O]; `sum` a blocked map that is added.
   */
  slide(x: Value, filter: Value, window: Window, { bias, sum, depthwise, groups = 1 }: Extra): Value {
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

  /** What `reorder` makes of a map, seen as one image of N·C channels where those of each image do not fill blocks. */
  #oneImage(x: Value, reorder: (x: Value) => Value): Value {
    const [n, c, h, w] = mapShape(x);
    if (c % this.block === 0) return reorder(x);
    const image = this.g.call("Reshape", [x, this.g.ints([1, n * c, h, w])]);
    return this.g.call("Reshape", [reorder(image), this.g.ints([n, c, h, w])]);
  }

  /** A blocked map seen as one image whose channels are all channels of all images. */
  #asChannels(x: Value): Value {
    const [n, c, h, w] = mapShape(x);
    return this.g.call("Reshape", [x, this.g.ints([1, n * c, 1, h * w])]);
  }

  /** A vector with one number for every image and channel: [N·C, ..rest]. */
  #spread(vector: Value, [n, c]: MapShape, rest: readonly number[]): Value {
    const full =
      vector.shape[0] === n && vector.shape[1] === c ? vector : this.g.call("Expand", [vector, this.g.ints([n, c])]);
    return this.g.call("Reshape", [full, this.g.ints([n * c, ...rest])]);
  }

  #zeros(channels: number): Value {
    return this.g.constant(float32([1, channels], new Float32Array(channels)));
  }
}
