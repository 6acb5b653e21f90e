import type { AttributesOf } from "../../graph/attributes.js";
import { attributesOf } from "../../graph/builder.js";
import { extent } from "../../graph/dims/shape.js";
import type { Node, Value, ValueType } from "../../graph/graph.js";
import type { BatchNormTraining } from "../../ops/batch-norm-training.js";
import type { BatchNormalization } from "../../ops/batch-normalization.js";
import type { Conv } from "../../ops/conv.js";
import type { OpName } from "../../ops/index.js";
import { positive } from "../../ops/rules/steps.js";
import { kernelOf, windowOf } from "../../ops/rules/window.js";
import { normalise, normaliseFrozen, normaliseGradient } from "./batch-norm.js";
import { isDepthwise } from "./depthwise.js";
import { type FeatureMap, linear, plus, store, sumOf, times } from "./feature-map.js";
import { folded } from "./folded.js";
import { groupsOf, spreadGroups } from "./grouped.js";
import { type Extra, type Kernels, mapShape } from "./kernels.js";
import { openMap } from "./open-map.js";

/** What a rule sees of a node: its inputs as maps, or as plain values, and whether they can be maps at all. */
export interface Call {
  readonly k: Kernels;
  readonly node: Node;
  /** The declared types of the inputs. */
  readonly inputs: readonly Value[];
  /** The input as a map in blocks; undefined where its channels do not fill them. */
  map(i: number): FeatureMap | undefined;
  /** The same, also where only the channels of all images together fill blocks: enough for all but convolutions of several channels. */
  anyMap(i: number): FeatureMap | undefined;
  /** True when the input already is a map, so that no reordering is needed. */
  isMap(i: number): boolean;
  /** True for a convolution in ONNX's own operator that was not written yet. */
  waitsPlain(i: number): boolean;
  /** The input as a plain value. */
  plain(i: number): Value;
  /** True when this node alone uses the input. */
  alone(i: number): boolean;
  /** Puts another form of the same map in an input's place, for whoever uses it later. */
  replace(i: number, map: FeatureMap): void;
}

/** The outputs of a node, each a map or a plain value; undefined where the rule does not apply. */
export type Rule = (call: Call) => readonly (FeatureMap | Value)[] | undefined;

/** One of several ways to compute a node on blocked maps. */
export interface BlockAlgorithm {
  readonly name: string;
  write(): readonly (FeatureMap | Value)[];
}

/** The operators that know how to work on blocked maps. Everything else works on plain values. */
export const rules: Partial<Record<OpName, Rule>> = {
  Conv: ({ k, node, inputs: [x, w, b], map, anyMap, plain }) => {
    const attributes = attributesOf(node) as AttributesOf<typeof Conv.attributes>;
    if (x!.shape.length !== 4) return undefined;
    if (isDepthwise(attributes.group, w!)) {
      if (b || isPoint(x!)) return undefined;
      const [each, window] = [anyMap(0), windowOf(attributes, x!, kernelOf(w!))];
      const convolve = (of: Value, extra: Extra) =>
        fillsBlocks(k, x!)
          ? k.convolve(of, plain(1), window, { ...extra, depthwise: true })
          : folded.convolve(k, of, plain(1), window, extra);
      return each && [openMap(k, (extra) => convolve(store(k, each), extra))];
    }
    const groups = attributes.group > 1 ? groupsOf(k.block, w!, attributes.group) : undefined;
    if (groups !== undefined) {
      const each = b || isPoint(x!) ? undefined : map(0);
      if (each === undefined) return undefined;
      const window = windowOf(attributes, x!, kernelOf(w!));
      const spread = spreadGroups(k, plain(1), groups);
      return [openMap(k, (extra) => k.convolve(store(k, each), spread, window, { ...extra, groups: groups.count }))];
    }
    const few = extent(w!, 1) < k.block;
    const given = few ? undefined : map(0);
    if (attributes.group !== 1 || extent(w!, 0) % k.block !== 0 || isPoint(x!) || b || (!few && !given))
      return b ? undefined : plainConvolution(k, node, [plain(0), plain(1)]);
    const window = windowOf(attributes, x!, kernelOf(w!));
    return [openMap(k, (extra) => k.convolve(given ? store(k, given) : plain(0), plain(1), window, extra))];
  },

  BatchNormTraining: ({ k, node, inputs, anyMap, isMap, waitsPlain, plain, replace }) => {
    const x = isMap(0) || waitsPlain(0) ? anyMap(0) : undefined; // two reorderings take less time than ONNX's own operators
    if (x === undefined || x.kind === "constant") return undefined;
    const { epsilon, momentum } = attributesOf(node) as AttributesOf<typeof BatchNormTraining.attributes>;
    const [scale, bias, runningMean, runningVariance] = [plain(1), plain(2), plain(3), plain(4)];
    const norm = { scale, bias, runningMean, runningVariance, epsilon, momentum };
    const result = normalise(k, x, norm, valuesPerChannel(inputs[0]!));
    replace(0, result.x);
    return [result.y, result.nextMean, result.nextVariance, result.mean, result.rstd];
  },

  BatchNormGradient: ({ k, inputs: [, x], anyMap, plain, isMap }) => {
    const [dy, given] = isMap(1) ? [anyMap(0), anyMap(1)] : [];
    if (dy === undefined || given === undefined) return undefined;
    const [, , height, width] = mapShape(x!);
    const sizes = { count: valuesPerChannel(x!), pixels: height * width };
    const norm = { scale: plain(2), mean: plain(3), rstd: plain(4) };
    const { dx, dscale, dbias } = normaliseGradient(k, dy, given, norm, sizes);
    return [dx, dscale, dbias];
  },

  BatchNormalization: ({ k, node, anyMap, plain, isMap }) => {
    const x = isMap(0) ? anyMap(0) : undefined;
    if (x === undefined || x.kind === "constant") return undefined;
    const { epsilon } = attributesOf(node) as AttributesOf<typeof BatchNormalization.attributes>;
    const [scale, bias, runningMean, runningVariance] = [plain(1), plain(2), plain(3), plain(4)];
    return [normaliseFrozen(k, x, { scale, bias, runningMean, runningVariance, epsilon })];
  },

  Relu: ({ k, anyMap, isMap }) => {
    const x = isMap(0) ? anyMap(0) : undefined;
    if (x === undefined || x.kind === "constant") return undefined;
    if (x.kind === "affine" && !x.relu) return [{ ...x, relu: true }];
    return [{ kind: "stored", value: k.g.call("Relu", [store(k, x)]) }];
  },

  ReluGradient: ({ k, anyMap, isMap }) => {
    const [dy, y] = isMap(1) ? [anyMap(0), anyMap(1)] : [];
    if (dy === undefined || y === undefined || y.kind === "constant") return undefined;
    const mask = positive(k.g, store(k, y));
    if (dy.kind === "constant") return [{ kind: "affine", of: mask, scale: dy.value }];
    return [{ kind: "stored", value: k.g.call("Mul", [store(k, dy), mask]) }];
  },

  Add: ({ k, anyMap, isMap, inputs: [p, q], alone }) => {
    const [a, b] = (isMap(0) || isMap(1)) && sameExtents(p!, q!) ? [anyMap(0), anyMap(1)] : [];
    if (a === undefined || b === undefined) return undefined;
    return [joined(k, a, b, alone(0)) ?? joined(k, b, a, alone(1)) ?? added(k, a, b)];
  },

  Mul: ({ k, anyMap, isMap, inputs: [p, q], plain }) => {
    const [a, b] = (isMap(0) || isMap(1)) && sameExtents(p!, q!) ? [anyMap(0), anyMap(1)] : [];
    if (a !== undefined && b !== undefined) {
      if (a.kind === "constant") return b.kind === "constant" ? undefined : [scaledBy(k, b, a.value)];
      if (b.kind === "constant") return [scaledBy(k, a, b.value)];
      const waits = a.kind === "affine" && !a.relu && a.sum === undefined; // such a map need not be computed
      return [waits ? { kind: "product", a: store(k, b), b: a } : { kind: "product", a: store(k, a), b }];
    }
    const [m, s] = isMap(0) ? [0, 1] : [1, 0];
    const [maps, gates] = m === 0 ? [p!, q!] : [q!, p!];
    if (!isMap(m) || !isPoint(gates) || gates.shape[1] !== maps.shape[1] || gates.shape[0] !== maps.shape[0])
      return undefined;
    const x = anyMap(m)!;
    const gate = k.g.call("Reshape", [plain(s), k.g.ints([extent(gates, 0), extent(gates, 1)])]);
    if (x.kind === "constant") return [{ ...x, value: k.g.call("Mul", [x.value, gate]) }];
    return [scaledBy(k, x, gate)];
  },

  GlobalAveragePool: ({ k, anyMap, isMap, inputs: [x] }) => {
    const given = isMap(0) ? anyMap(0) : undefined;
    if (given === undefined) return undefined;
    const [n, c, h, w] = mapShape(x!);
    const mean = k.g.call("Mul", [sumOf(k, given, h * w), k.g.scalar(1 / (h * w))]);
    return [k.g.call("Reshape", [mean, k.g.ints([n, c, 1, 1])])];
  },

  Expand: ({ k, inputs: [x], plain, isMap }) => {
    if (isMap(0) || x!.shape.length !== 4 || !isPoint(x!)) return undefined;
    const target = plain(1);
    const shape = [...(k.g.constantOf(target)?.data ?? [])].map(Number);
    const [n, c, h, w] = shape;
    if (
      shape.length !== 4 ||
      n !== x!.shape[0] ||
      c !== x!.shape[1] ||
      (n! * c!) % k.block !== 0 ||
      (h === 1 && w === 1)
    )
      return undefined;
    return [{ kind: "constant", value: k.g.call("Reshape", [plain(0), k.g.ints([n!, c!])]), shape: [n!, c!, h!, w!] }];
  },
};

/** A convolution in ONNX's own operator, which gives a map in blocks to a batch norm; undefined where it fills none. */
function plainConvolution(k: Kernels, node: Node, inputs: readonly Value[]): readonly FeatureMap[] | undefined {
  const { g } = k;
  const write = (bias?: Value) => g.call("Conv", [...inputs, bias], attributesOf(node));
  const plain = write();
  if (!fillBlocksTogether(k, plain)) return undefined;
  const make = ({ bias, sum }: Extra) => {
    const y = k.toBlocks(bias ? write(g.call("Reshape", [bias, g.ints([-1])])) : plain);
    return sum === undefined ? y : g.call("Add", [y, sum]);
  };
  return [openMap(k, make, plain)];
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
    return {
      kind: "affine",
      of: store(k, of),
      scale: k.g.constant({ dtype: "float32", shape: [1, 1], data: Float32Array.of(1) }),
      shift,
    };
  }
  return { kind: "stored", value: k.g.call("Add", [store(k, a), store(k, b)]) };
}

/** True for a feature map whose channels fill blocks, and that has more than one pixel. */
export function fillsBlocks({ block }: Kernels, map: ValueType): boolean {
  return map.shape.length === 4 && map.dtype === "float32" && Number(map.shape[1]) % block === 0 && !isPoint(map);
}

/** True for a feature map where the channels of all images, seen as those of one, do. */
export function fillBlocksTogether({ block }: Kernels, map: ValueType): boolean {
  const [n, c] = map.shape.map(Number);
  return map.shape.length === 4 && map.dtype === "float32" && (n! * c!) % block === 0 && !isPoint(map);
}

/** True for a map of one pixel. */
export function isPoint({ shape }: ValueType): boolean {
  return shape.length === 4 && shape[2] === 1 && shape[3] === 1;
}

function sameExtents(p: Value, q: Value): boolean {
  return p.shape.join() === q.shape.join();
}

function valuesPerChannel(x: Value): number {
  const [n, , h, w] = mapShape(x);
  return n * h * w;
}
