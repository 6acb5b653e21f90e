import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Value, ValueType } from "../../graph/graph.js";
import { float32 } from "../../graph/tensor.js";
import type { BatchNormTraining } from "../../ops/batch-norm-training.js";
import type { BatchNormalization } from "../../ops/batch-normalization.js";
import type { OpName } from "../../ops/index.js";
import { positive } from "../../ops/rules/steps.js";
import { normalise, normaliseFrozen, normaliseGradient } from "./batch-norm.js";
import { convolution } from "./convolution.js";
import { type FeatureMap, linear, plus, store, sumOf, times } from "./feature-map.js";
import { isPoint } from "./fills-blocks.js";
import { type Kernels, mapShape } from "./kernels.js";
import { type MapSource, type Rule, readyMap } from "./map-source.js";

/** The operators that know how to work on blocked maps. Everything else works on plain values. */
export const rules: Partial<Record<OpName, Rule>> = {
  Conv: convolution,

  BatchNormTraining: ({ k, node, inputs: [x, ...vectors] }) => {
    const map = x!.form === "plain" ? undefined : x!.map(); // two reorderings take less time than ONNX's own operators
    if (map === undefined || map.kind === "constant") return undefined;
    const { epsilon, momentum } = attributesOf(node) as AttributesOf<typeof BatchNormTraining.attributes>;
    const result = normalise(k, map, { ...normVectors(vectors), epsilon, momentum }, valuesPerChannel(x!.type));
    x!.replace(result.x);
    return [result.y, result.nextMean, result.nextVariance, result.mean, result.rstd];
  },

  BatchNormGradient: ({ k, inputs: [dy, x, scale, mean, rstd] }) => {
    const [upstream, given] = x!.form === "blocked" ? [dy!.map(), x!.map()] : [];
    if (upstream === undefined || given === undefined) return undefined;
    const [, , height, width] = mapShape(x!.type);
    const sizes = { count: valuesPerChannel(x!.type), pixels: height * width };
    const norm = { scale: scale!.plain(), mean: mean!.plain(), rstd: rstd!.plain() };
    const { dx, dscale, dbias } = normaliseGradient(k, upstream, given, norm, sizes);
    return [dx, dscale, dbias];
  },

  BatchNormalization: ({ k, node, inputs: [x, ...vectors] }) => {
    const map = readyMap(x!);
    if (map === undefined || map.kind === "constant") return undefined;
    const { epsilon } = attributesOf(node) as AttributesOf<typeof BatchNormalization.attributes>;
    return [normaliseFrozen(k, map, { ...normVectors(vectors), epsilon })];
  },

  Relu: ({ k, inputs: [x] }) => {
    const map = readyMap(x!);
    if (map === undefined || map.kind === "constant") return undefined;
    if (map.kind === "affine" && !map.relu) return [{ ...map, relu: true }];
    return [{ kind: "stored", value: k.g.call("Relu", [store(k, map)]) }];
  },

  ReluGradient: ({ k, inputs: [dy, y] }) => {
    const [upstream, made] = y!.form === "blocked" ? [dy!.map(), y!.map()] : [];
    if (upstream === undefined || made === undefined || made.kind === "constant") return undefined;
    const mask = positive(k.g, store(k, made));
    if (upstream.kind === "constant") return [{ kind: "affine", of: mask, scale: upstream.value }];
    return [{ kind: "stored", value: k.g.call("Mul", [store(k, upstream), mask]) }];
  },

  Add: ({ k, inputs: [p, q] }) => {
    const [a, b] = mapsOfBoth(p!, q!);
    if (a === undefined || b === undefined) return undefined;
    return [joined(k, a, b, p!.alone) ?? joined(k, b, a, q!.alone) ?? added(k, a, b)];
  },

  Mul: ({ k, inputs: [p, q] }) => {
    const [a, b] = mapsOfBoth(p!, q!);
    if (a !== undefined && b !== undefined) return multiplied(k, a, b);
    return p!.form === "blocked" ? gated(k, p!, q!) : gated(k, q!, p!);
  },

  GlobalAveragePool: ({ k, inputs: [x] }) => {
    const map = readyMap(x!);
    if (map === undefined) return undefined;
    const [n, c, h, w] = mapShape(x!.type);
    const mean = k.g.call("Mul", [sumOf(k, map, h * w), k.g.scalar(1 / (h * w))]);
    return [k.g.call("Reshape", [mean, k.g.ints([n, c, 1, 1])])];
  },

  Expand: ({ k, inputs: [x, target] }) => {
    if (x!.form === "blocked" || !isPoint(x!.type)) return undefined;
    const [n, c] = x!.type.shape;
    const shape = Array.from(k.g.constantOf(target!.plain())?.data ?? [], Number);
    const [images, channels, h, w] = shape;
    if (shape.length !== 4 || images !== n || channels !== c || (h === 1 && w === 1)) return undefined;
    if ((images! * channels!) % k.block !== 0) return undefined;
    const vector = k.g.call("Reshape", [x!.plain(), k.g.ints([images!, channels!])]);
    return [{ kind: "constant", value: vector, shape: [images!, channels!, h!, w!] }];
  },
};

/** The vectors that normalisations take after the map, in their order. */
function normVectors(vectors: readonly MapSource[]) {
  const [scale, bias, runningMean, runningVariance] = vectors.map((vector) => vector.plain());
  return { scale: scale!, bias: bias!, runningMean: runningMean!, runningVariance: runningVariance! };
}

/** Both inputs as maps, where they have the same extents and one of them is in blocks already. */
function mapsOfBoth(p: MapSource, q: MapSource): readonly (FeatureMap | undefined)[] {
  const ready = p.form === "blocked" || q.form === "blocked";
  return ready && sameExtents(p.type, q.type) ? [p.map(), q.map()] : [];
}

/** The product of two maps of the same extents. */
function multiplied(k: Kernels, a: FeatureMap, b: FeatureMap): readonly FeatureMap[] | undefined {
  if (a.kind === "constant") return b.kind === "constant" ? undefined : [scaledBy(k, b, a.value)];
  if (b.kind === "constant") return [scaledBy(k, a, b.value)];
  const waits = a.kind === "affine" && !a.relu && a.sum === undefined; // such a map need not be computed
  return [waits ? { kind: "product", a: store(k, b), b: a } : { kind: "product", a: store(k, a), b }];
}

/** A map [N, C, H, W] times a gate [N, C, 1, 1]; undefined where they are anything else. */
function gated(k: Kernels, map: MapSource, gate: MapSource): readonly FeatureMap[] | undefined {
  const [maps, gates] = [map.type, gate.type];
  const fits = isPoint(gates) && gates.shape[1] === maps.shape[1] && gates.shape[0] === maps.shape[0];
  const x = fits ? readyMap(map) : undefined;
  if (x === undefined) return undefined;
  const vector = k.g.call("Reshape", [gate.plain(), k.g.ints([extent(gates, 0), extent(gates, 1)])]);
  if (x.kind === "constant") return [{ ...x, value: k.g.call("Mul", [x.value, vector]) }];
  return [scaledBy(k, x, vector)];
}

/** The second map taken along by the first, where that costs nothing. */
function joined(k: Kernels, a: FeatureMap, b: FeatureMap, alone: boolean): FeatureMap | undefined {
  if (b.kind === "constant") {
    const shift = a.kind === "affine" && !a.relu ? plus(k, a.shift, b.value) : undefined;
    return shift && a.kind === "affine" ? { ...a, shift } : undefined;
  }
  if (a.kind === "affine" && !a.relu && a.sum === undefined) return { ...a, sum: store(k, b) };
  return a.kind === "open" && alone ? { kind: "stored", value: a.make({ sum: store(k, b) }) } : undefined;
}

/** A map with every channel of every image times a number of its own. */
function scaledBy(k: Kernels, x: FeatureMap, vector: Value): FeatureMap {
  const { of, scale, shift } = linear(k, x);
  const shifted = shift && { shift: k.g.call("Mul", [shift, vector]) };
  return { kind: "affine", of, scale: times(k, scale, vector), ...shifted };
}

function added(k: Kernels, a: FeatureMap, b: FeatureMap): FeatureMap {
  if (a.kind === "constant" && b.kind === "constant") {
    return { ...a, value: k.g.call("Add", [a.value, b.value]) };
  }
  const [of, shift] = a.kind === "constant" ? [b, a.value] : b.kind === "constant" ? [a, b.value] : [];
  if (of !== undefined && shift !== undefined) {
    return { kind: "affine", of: store(k, of), scale: k.g.constant(float32([1, 1], [1])), shift };
  }
  return { kind: "stored", value: k.g.call("Add", [store(k, a), store(k, b)]) };
}

function sameExtents(p: ValueType, q: ValueType): boolean {
  return p.shape.join() === q.shape.join();
}

function valuesPerChannel(x: Value): number {
  const [n, , h, w] = mapShape(x);
  return n * h * w;
}
