import { UserError } from "../errors.js";
import { attributeOf } from "../graph/attributes.js";
import type { ModelView, ViewedNode, ViewedValue } from "../graph/model-view.js";
import { toNumbers } from "../graph/tensor.js";

/** The order of an image's axes: channels first or last. */
export type Layout = "NCHW" | "NHWC";

/** The element types that images can be fed in. */
export type ImageType = "float32" | "float16" | "float64" | "uint8";
const imageTypes: readonly string[] = ["float32", "float16", "float64", "uint8"] satisfies ImageType[];

/** How a model takes images. */
export interface InputForm {
  /** The input's name. */
  readonly name: string;
  readonly type: ImageType;
  readonly layout: Layout;
  /** The only batch size it takes; undefined where it takes any. */
  readonly batch: number | undefined;
  readonly channels: number;
  /** Undefined where they are open. */
  readonly height: number | undefined;
  readonly width: number | undefined;
  /**
   * What the model prepares by itself: pixels from 0 to 1, or bytes from 0 to 255. Undefined where nothing in it
   * normalises its input, so that whoever feeds it has to know how.
   */
  readonly takes: "unit" | "bytes" | undefined;
  /** Why we think so. */
  readonly because: string;
}

/**
 * Says how a model takes images, by what its file declares and the nodes behind its input.
 * @param model what errors call it.
 * @throws UserError when it takes something else than one input of images.
 */
export function readInput(view: ModelView, model: string): InputForm {
  const [x, ...others] = view.inputs;
  const { shape, type } = x ?? {};
  if (x === undefined || others.length > 0 || shape?.length !== 4 || !isImageType(type)) {
    const takes = view.inputs.map((input) => `${input.name} ${input.type} [${sizes(input)}]`).join(", ");
    throw new UserError(
      `${model}: got a model that takes ${takes || "nothing"}; expected one input of images float32 [N, C, H, W]`,
    );
  }
  const { layout, channels, because } = layoutOf(view, x, model);
  const [height, width] = (layout === "NCHW" ? shape.slice(2) : shape.slice(1)).map(fixed);
  const range = rangeOf(view, x, type, channels);
  return {
    ...{ name: x.name, type, layout, batch: fixed(shape[0]), channels, height, width },
    ...{ takes: range.takes, because: [because, range.because].filter(Boolean).join("; ") },
  };
}

function isImageType(type: string | undefined): type is ImageType {
  return type !== undefined && imageTypes.includes(type);
}

function fixed(size: number | string | undefined): number | undefined {
  return typeof size === "number" ? size : undefined;
}

function sizes({ shape }: ViewedValue): string {
  return (shape ?? []).map((size) => size ?? "?").join(", ");
}

/** Grey and colour. */
const images = [1, 3];

function layoutOf(view: ModelView, x: ViewedValue, model: string) {
  const [, first, , last] = x.shape!;
  const [isFirst, isLast] = [first, last].map((size) => images.includes(size as number));
  const seen = layoutByReader(view, x.name);
  if (isFirst !== isLast) {
    return isFirst
      ? { layout: "NCHW" as const, channels: first as number, because: `axis 1 has ${first} channels` }
      : { layout: "NHWC" as const, channels: last as number, because: `the last axis has ${last} channels` };
  }
  const { layout, channels } = seen ?? { layout: "NCHW", channels: undefined };
  const declared = layout === "NCHW" ? first : last;
  const count = typeof declared === "number" ? declared : channels;
  if (count !== undefined && images.includes(count)) {
    return { layout, channels: count, because: `its first layer takes ${count} channels in ${layout}` };
  }
  throw new UserError(`${model}: takes [${sizes(x)}]; expected images in grey or colour, [N, 3, H, W]`);
}

/** What the first layer says of the axes: a convolution's are channels first, behind a Transpose they were last. */
function layoutByReader(view: ModelView, input: string): { layout: Layout; channels: number | undefined } | undefined {
  let layout: Layout = "NCHW";
  for (const { node, value } of chainFrom(view, input)) {
    if (node.op === "Transpose" && attributeOf(node.attributes, "perm", "ints")?.join() === "0,3,1,2") layout = "NHWC";
    const weight = node.op === "Conv" && node.inputs[0] === value ? view.heldShape(node.inputs[1] ?? "") : undefined;
    const groups = attributeOf(node.attributes, "group", "int") ?? 1;
    if (weight !== undefined) return { layout, channels: weight[1]! * groups };
  }
  return layout === "NHWC" ? { layout, channels: undefined } : undefined;
}

/** One node on the way from the input, and the value that it was reached by. */
export interface ChainLink {
  readonly node: ViewedNode;
  readonly value: string;
}

/** Operators that only say what an image's sizes are. */
const asking = new Set(["Shape", "Size"]);

/** The nodes behind an input as long as each result has one reader; the first that is no arithmetic is the last. */
export function* chainFrom(view: ModelView, input: string): Generator<ChainLink> {
  let value = input;
  for (let steps = 0; steps < 32; steps++) {
    const readers = view.readers(value).filter(({ op }) => !asking.has(op));
    const [node] = readers;
    if (node === undefined || readers.length > 1) return;
    yield { node, value };
    if (!onTheWay.has(node.op)) return;
    value = node.outputs[0] ?? "";
  }
}

/** What may lie between an input and its first layer. */
const onTheWay = new Set(
  ["Identity", "Cast", "Transpose", "Sub", "Add", "Mul", "Div", "Reshape", "Squeeze", "Unsqueeze", "Gather"].concat([
    ...["Slice", "DequantizeLinear", "BatchNormalization", "Resize", "Pad", "Clip", "ReverseV2", "Neg"],
  ]),
);

/** An affine function of pixels, per channel or alike for all: y = scale · x + shift. */
interface Affine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

function rangeOf(view: ModelView, x: ViewedValue, type: ImageType, channels: number) {
  let seen: Affine = { scale: [1], shift: [0] };
  const named: string[] = [];
  for (const { node, value } of chainFrom(view, x.name)) {
    const next = affineOf(view, node, value, channels);
    if (next === undefined) continue;
    named.push(node.op);
    seen = after(seen, next);
  }
  const by = named.join(", ");
  if (type === "uint8") {
    return { takes: "bytes" as const, because: named.length > 0 ? `bytes, normalised inside by ${by}` : "bytes" };
  }
  if (named.length === 0) return { takes: undefined, because: "" };
  // What pixels would have to be for the first layer to see numbers around 0 of a size around 1.
  const fits = (largest: number) =>
    seen.scale.every((scale, c) => {
      const shift = seen.shift[c % seen.shift.length]!;
      const ends = [shift, scale * largest + shift];
      const [low, high] = [Math.min(...ends), Math.max(...ends)];
      return high - low >= 0.9 && high - low <= 12 && low >= -6 && high <= 6;
    });
  const moved = seen.shift.some((shift) => shift !== 0);
  if (fits(255)) return { takes: "bytes" as const, because: `normalised from 0–255 inside by ${by}` };
  // Only a factor near 1 says nothing: mean and std may still be to come.
  if (fits(1) && moved) return { takes: "unit" as const, because: `normalised from 0–1 inside by ${by}` };
  return { takes: undefined, because: "" };
}

function after(first: Affine, { scale, shift }: Affine): Affine {
  const count = Math.max(first.scale.length, first.shift.length, scale.length, shift.length);
  const at = (values: readonly number[], c: number) => values[c % values.length]!;
  const channels = Array.from({ length: count }, (_, c) => c);
  return {
    scale: channels.map((c) => at(first.scale, c) * at(scale, c)),
    shift: channels.map((c) => at(first.shift, c) * at(scale, c) + at(shift, c)),
  };
}

/** What a node with constants does to each channel; undefined for one that does something else. */
function affineOf(view: ModelView, node: ViewedNode, value: string, channels: number): Affine | undefined {
  const constants = (i: number) => numbersOf(view, node.inputs[i] ?? "", channels);
  const at = node.inputs.indexOf(value);
  const other = constants(1 - at);
  if (node.op === "DequantizeLinear") {
    const [scale, zero] = [constants(1), constants(2) ?? [0]];
    return scale && { scale, shift: scale.map((factor, c) => -factor * zero[c % zero.length]!) };
  }
  if (node.op === "BatchNormalization") return batchNormOf(node, [1, 2, 3, 4].map(constants));
  if (node.op === "Neg") return { scale: [-1], shift: [0] };
  if (other === undefined) return undefined;
  if (node.op === "Add") return { scale: [1], shift: other };
  if (node.op === "Mul") return { scale: other, shift: [0] };
  if (node.op === "Sub") {
    return at === 0 ? { scale: [1], shift: other.map((number) => -number) } : { scale: [-1], shift: other };
  }
  return node.op === "Div" && at === 0 ? { scale: other.map((number) => 1 / number), shift: [0] } : undefined;
}

function batchNormOf({ attributes }: ViewedNode, given: (readonly number[] | undefined)[]): Affine | undefined {
  const [gamma, beta, mean, variance] = given;
  if (!gamma || !beta || !mean || !variance) return undefined;
  const small = attributeOf(attributes, "epsilon", "float") ?? 1e-5;
  const scale = gamma.map((factor, c) => factor / Math.sqrt(variance[c]! + small));
  return { scale, shift: scale.map((factor, c) => beta[c]! - factor * mean[c]!) };
}

/** The numbers of a constant that has one for each channel, or one for all. */
function numbersOf(view: ModelView, value: string, channels: number): number[] | undefined {
  const shape = view.heldShape(constantBehind(view, value));
  const count = shape?.reduce((product, size) => product * size, 1);
  if (count !== 1 && count !== channels) return undefined;
  const tensor = view.held(constantBehind(view, value));
  return tensor && toNumbers(tensor);
}

/** The held value that a value is, however it is cast or given other axes. */
export function constantBehind(view: ModelView, value: string): string {
  let name = value;
  for (let steps = 0; steps < 8; steps++) {
    const node = view.maker(name);
    if (node === undefined || !["Identity", "Cast", "Unsqueeze", "Reshape", "Squeeze"].includes(node.op)) break;
    name = node.inputs[0] ?? "";
  }
  return name;
}
