import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value } from "../../graph/graph.js";
import type { ConvWeightGradient } from "../../ops/conv-weight-gradient.js";
import { type Window, windowOf } from "../../ops/rules/window.js";
import { depthwiseWeightGradient } from "./depthwise.js";
import { type FeatureMap, store } from "./feature-map.js";
import { folded } from "./folded.js";
import { groupedWeightGradient, groupsFrom } from "./grouped.js";
import { byChannel, filledImages, surrounded, withImages } from "./images.js";
import { type Kernels, mapShape } from "./kernels.js";
import { pointwiseWeightGradient } from "./pointwise.js";
import { type BlockAlgorithm, type Call, fillsBlocks, isPoint } from "./rules.js";

/** The ways to compute `ConvWeightGradient` on channel blocks, the one that is best by rule first; none where there is no good one. */
export function weightGradientAlgorithms(call: Call): readonly BlockAlgorithm[] {
  const [x, dy] = [call.inputs[0]!, call.inputs[1]!];
  if (x.shape.length !== 4) return [];
  const attributes = attributesOf(call.node) as AttributesOf<typeof ConvWeightGradient.attributes>;
  const window = windowOf(attributes, x, attributes.kernel_shape ?? []);
  const { group } = attributes;
  if (group === 1) return [...pointwise(call, window), ...dense(call, window)];
  const [inputs, outputs] = [extent(x, 1) / group, extent(dy, 1) / group];
  return inputs === 1 && outputs === 1 ? depthwise(call, window) : grouped(call, window, { group, inputs, outputs });
}

function depthwise({ k, inputs: [x, dy], anyMap }: Call, window: Window): readonly BlockAlgorithm[] {
  const [a, b] = isPoint(x!) || isPoint(dy!) ? [] : [anyMap(0), anyMap(1)];
  if (a === undefined || b === undefined) return [];
  const [name, write] = fillsBlocks(k, x!)
    ? ["depthwise", depthwiseWeightGradient]
    : ["depthwise-of-one-image", folded.weightGradient];
  return [algorithm(name, () => write(k, store(k, a), store(k, b), window))];
}

function grouped(call: Call, window: Window, sizes: Parameters<typeof groupsFrom>[1]): readonly BlockAlgorithm[] {
  const { k, inputs, map } = call;
  const dy = inputs[1]!;
  const groups = groupsFrom(k.block, sizes);
  const by = groups && !isPoint(dy) ? map(1) : undefined;
  if (groups === undefined || by === undefined) return [];
  const around = () => surrounded(call, window, mapShape(dy).slice(2));
  return [algorithm("groups-of-images", () => groupedWeightGradient(k, around(), store(k, by), window, groups))];
}

/** That of a 1×1 convolution. */
function pointwise({ k, inputs: [x, dy], map, plain }: Call, window: Window): readonly BlockAlgorithm[] {
  const { kernel, strides, before, after } = window;
  const plainly = [...before, ...after].every((pad) => pad === 0) && strides[0] === strides[1];
  if (!kernel.every((size) => size === 1) || !plainly || isPoint(x!) || isPoint(dy!)) return [];
  if (extent(x!, 1) % k.block !== 0) return [];
  const [a, b] = [map(0), map(1)];
  if (a === undefined || b === undefined) return [];
  const both = (i: number, each: FeatureMap) => ({ blocked: store(k, each), plain: () => plain(i) });
  return [algorithm("pixels-as-channels", () => pointwiseWeightGradient(k, both(0, a), both(1, b), strides[0]!))];
}

/** As one convolution over x with dy as its filter. */
function dense(call: Call, window: Window): readonly BlockAlgorithm[] {
  const { k, inputs, map } = call;
  const [x, dy] = [inputs[0]!, inputs[1]!];
  const by = isPoint(dy) ? undefined : map(1);
  if (by === undefined) return [];
  const images = filledImages(k, extent(x, 0));
  const [, , ...places] = mapShape(dy);
  const way = (name: string, write: typeof imagesAsGroups) =>
    algorithm(name, () => {
      const turned = byChannel(k, surrounded(call, window, places), images); // [I, N, H', W']
      return write(k, turned, withImages(k, store(k, by), images), window);
    });
  const groups = way("images-as-groups", imagesAsGroups);
  if (images % k.block !== 0) return [groups];
  const channels = way("images-as-channels", imagesAsChannels);
  const few = extent(x, 1) * window.kernel[0]! * window.kernel[1]! <= 2 * places[0]! * places[1]!;
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
