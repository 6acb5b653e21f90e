import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import type { ConvWeightGradient } from "../../ops/conv-weight-gradient.js";
import { type Window, windowOf } from "../../ops/rules/window.js";
import { depthwiseWeightGradient } from "./depthwise.js";
import { type FeatureMap, store } from "./feature-map.js";
import { fillsBlocks, isPoint } from "./fills-blocks.js";
import { folded } from "./folded.js";
import { groupedWeightGradient, groupsFrom } from "./grouped.js";
import { byChannel, filledImages, surrounded, withImages } from "./images.js";
import { type Kernels, mapShape } from "./kernels.js";
import { type BlockAlgorithm, type MapSource, type NodeOnBlocks, ownMap } from "./map-source.js";
import { pointwiseWeightGradient } from "./pointwise.js";

/**
 * The ways to compute `ConvWeightGradient` on channel blocks, the one that is best by rule first; none where there is
 * no good one.
 */
export function weightGradientAlgorithms({ k, node, inputs: given }: NodeOnBlocks): readonly BlockAlgorithm[] {
  const [x, dy] = [given[0]!, given[1]!];
  if (x.type.shape.length !== 4) return [];
  const attributes = attributesOf(node) as AttributesOf<typeof ConvWeightGradient.attributes>;
  const { group } = attributes;
  const sides: Sides = { k, x, dy, window: windowOf(attributes, x.type, attributes.kernel_shape ?? []) };
  if (group === 1) return [...pointwise(sides), ...dense(sides)];
  const [inputs, outputs] = [extent(x.type, 1) / group, extent(dy.type, 1) / group];
  return inputs === 1 && outputs === 1 ? depthwise(sides) : grouped(sides, { group, inputs, outputs });
}

/** What went into a convolution, the gradient of what came out, and the window between them. */
interface Sides {
  readonly k: Kernels;
  readonly x: MapSource;
  readonly dy: MapSource;
  readonly window: Window;
}

function depthwise({ k, x, dy, window }: Sides): readonly BlockAlgorithm[] {
  const [a, b] = isPoint(x.type) || isPoint(dy.type) ? [] : [x.map(), dy.map()];
  if (a === undefined || b === undefined) return [];
  const [name, write] = fillsBlocks(k, x.type)
    ? ["depthwise", depthwiseWeightGradient]
    : ["depthwise-of-one-image", folded.weightGradient];
  return [algorithm(name, () => write(k, store(k, a), store(k, b), window))];
}

function grouped({ k, x, dy, window }: Sides, sizes: Parameters<typeof groupsFrom>[1]): readonly BlockAlgorithm[] {
  const groups = groupsFrom(k.block, sizes);
  const by = groups && !isPoint(dy.type) ? ownMap(k, dy) : undefined;
  if (groups === undefined || by === undefined) return [];
  const around = () => surrounded(k, x, window, mapShape(dy.type).slice(2));
  return [algorithm("groups-of-images", () => groupedWeightGradient(k, around(), store(k, by), window, groups))];
}

/** That of a 1×1 convolution. */
function pointwise({ k, x, dy, window }: Sides): readonly BlockAlgorithm[] {
  const { kernel, strides, before, after } = window;
  const plainly = [...before, ...after].every((pad) => pad === 0) && strides[0] === strides[1];
  if (!kernel.every((size) => size === 1) || !plainly || isPoint(x.type) || isPoint(dy.type)) return [];
  if (extent(x.type, 1) % k.block !== 0) return [];
  const [a, b] = [ownMap(k, x), ownMap(k, dy)];
  if (a === undefined || b === undefined) return [];
  const both = (source: MapSource, map: FeatureMap) => ({ blocked: store(k, map), plain: () => source.plain() });
  return [algorithm("pixels-as-channels", () => pointwiseWeightGradient(k, both(x, a), both(dy, b), strides[0]!))];
}

/** As one convolution over x with dy as its filter. */
function dense({ k, x, dy, window }: Sides): readonly BlockAlgorithm[] {
  const by = isPoint(dy.type) ? undefined : ownMap(k, dy);
  if (by === undefined) return [];
  const images = filledImages(k, extent(x.type, 0));
  const [, , ...places] = mapShape(dy.type);
  const way = (name: string, write: typeof imagesAsGroups) =>
    algorithm(name, () => {
      const turned = byChannel(k, surrounded(k, x, window, places), images); // [I, N, H', W']
      return write(k, turned, withImages(k, store(k, by), images), window);
    });
  const groups = way("images-as-groups", imagesAsGroups);
  if (images % k.block !== 0) return [groups];
  const channels = way("images-as-channels", imagesAsChannels);
  const few = extent(x.type, 1) * window.kernel[0]! * window.kernel[1]! <= 2 * places[0]! * places[1]!;
  return few ? [groups, channels] : [channels, groups];
}

/** A group for every image, its own dy as filter, every input channel an image of a batch; then the sum over images. */
function imagesAsGroups(k: Kernels, x: Value, dy: Value, window: Window): Value {
  const { g, block } = k;
  const [inputs, n] = mapShape(x);
  const [, outputs, rows, columns] = mapShape(dy);
  const filters = g.call("Reshape", [dy, g.ints([n * outputs, 1, rows, columns])]);
  const made = g.call("NchwcConv", [x, filters], { ...slide(dy, window), group: n }); // [I, N·O, kH, kW]
  const taps = window.kernel[0]! * window.kernel[1]!;
  const apart = g.call("Reshape", [made, g.ints([inputs, n, (outputs / block) * taps * block])]);
  const summed = g.call("ReduceSum", [apart, g.ints([1])], { keepdims: 0 });
  return unblocked(k, summed, [inputs, outputs, ...window.kernel]);
}

/** Images as input channels: the sum over them is the convolution's own, but dy has to be turned. */
function imagesAsChannels(k: Kernels, x: Value, dy: Value, window: Window): Value {
  const { g, block: b } = k;
  const [inputs] = mapShape(x);
  const [n, outputs, rows, columns] = mapShape(dy);
  const apart = g.call("Reshape", [dy, g.ints([n / b, b, outputs / b, rows * columns, b])]);
  const turned = g.call("Transpose", [apart], { perm: [2, 0, 3, 1, 4] }); // [O/b, N/b, H'·W', b images, b]
  const filters = g.call("Reshape", [turned, g.ints([outputs, n, rows, columns])]);
  const dw = g.call("NchwcConv", [k.toBlocks(x), filters], { ...slide(dy, window), group: 1 });
  return unblocked(k, dw, [inputs, outputs, ...window.kernel]);
}

/** The convolution whose filter is dy: strides and dilations change places. */
function slide(dy: Value, { strides, dilations }: Window) {
  const [, , rows, columns] = mapShape(dy);
  return { kernel_shape: [rows, columns], strides: dilations, dilations: strides, pads: [0, 0, 0, 0] };
}

/** dw, blocked by output channel with inputs outermost, as plain weights [O, I, kH, kW]. */
function unblocked(k: Kernels, dw: Value, shape: readonly number[]): Value {
  const plain = k.toPlain(k.g.call("Reshape", [dw, k.g.ints(shape)]));
  return k.g.call("Transpose", [plain], { perm: [1, 0, 2, 3] });
}

function algorithm(name: string, write: () => Value): BlockAlgorithm {
  return { name, write: () => [write()] };
}
