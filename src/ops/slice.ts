import type { GraphBuilder } from "../graph/builder.js";
import { addDims, maxOfDims, minOfDims, quotientOfDims, subtractDims } from "../graph/dims/dim.js";
import type { Known } from "../graph/dims/known.js";
import { concrete, extent, normalizeAxis, ShapeError } from "../graph/dims/shape.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { noMacs, type Op, required } from "./op.js";
import { attributesToInputs } from "./rules/axes.js";
import { foldMove } from "./rules/fold.js";

const attributes = {};

/** Cuts a regular part out of x: for each axis from `start` towards `end` (not included) by `step`. */
export const Slice: Op<typeof attributes> = {
  domain: "",
  kind: "cut",
  attributes,
  shape: ({ inputs, known }) => {
    const x = required(inputs, 0, "data");
    const shape: Dim[] = [...x.shape];
    for (const range of ranges(inputs, known)) shape[range.axis] = countOf(range);
    return [{ dtype: x.dtype, shape }];
  },
  gradient: (g, dy, { inputs }) => [() => scatterBack(g, dy, inputs), undefined, undefined, undefined, undefined],
  macs: noMacs,
  upgrade: attributesToInputs(10, { starts: "ints", ends: "ints", axes: "ints" }),
  known: (call) => {
    const [x, shape] = [call.known(0), Slice.shape(call)[0]!.shape];
    const cuts = new Map(ranges(call.inputs, call.known).map((range) => [range.axis, range]));
    const source = (at: number, axis: number) => {
      const { start, step } = cuts.get(axis) ?? { start: 0, step: 1 };
      return Number(start) + at * step;
    };
    return [foldMove(x, shape, (at) => at.map(source))];
  },
};

/** From `start` towards `end` (not included) by `step`; of a symbolic extent, the bounds may be symbolic too. */
interface Range<D extends Dim = Dim> {
  axis: number;
  start: D;
  end: D;
  step: number;
}

/** How many elements there are from start towards end: the distance over the step, rounded up. */
function countOf({ start, end, step }: Range): Dim {
  const distance = maxOfDims(step > 0 ? subtractDims(end, start) : subtractDims(start, end), 0);
  return quotientOfDims(addDims(distance, Math.abs(step) - 1), Math.abs(step));
}

/** The cut along every axis that is named, with counts from the end resolved and bounds clamped as ONNX says. */
function ranges(inputs: readonly (ValueType | undefined)[], known: (i: number) => Known | undefined): Range[] {
  const x = required(inputs, 0, "data");
  const given = ["data", "starts", "ends", "axes", "steps"].map((name, i) => {
    if (i === 0 || inputs[i] === undefined) return undefined;
    const value = known(i);
    if (value === undefined) throw new TypeError(`got ${name} that are computed; expected constants`);
    return value.data;
  });
  const [from, to] = [required(given, 1, "starts"), required(given, 2, "ends")];
  const axes = (given[3] ?? from.map((_, i) => i)).map(asNumber);
  const steps = (given[4] ?? from.map(() => 1)).map(asNumber);
  if ([to, axes, steps].some(({ length }) => length !== from.length)) {
    throw new ShapeError({
      given: `${from.length} starts, ${to.length} ends, ${axes.length} axes and ${steps.length} steps`,
      expected: "as many of each",
    });
  }
  const counted = axes.map((axis) => normalizeAxis(axis, x.shape.length));
  if (new Set(counted).size !== counted.length) {
    throw new ShapeError({ given: `axes [${axes.join(", ")}]`, expected: "each axis at most once" });
  }
  return counted.map((axis, i) => {
    const [size, step] = [x.shape[axis]!, steps[i]!];
    if (step === 0) throw new ShapeError({ given: "step 0", expected: "a step that is not 0" });
    const [low, high] = step > 0 ? [0, size] : [-1, subtractDims(size, 1)];
    const start = clamp(from[i]!, size, step > 0 ? 0 : minOfDims(0, high), high);
    return { axis, start, end: clamp(to[i]!, size, low, high), step };
  });
}

/** A bound counted from either end, held between `low` and `high`; beyond 2³¹ − 1 it means as far as possible. */
function clamp(bound: Dim, size: Dim, low: Dim, high: Dim): Dim {
  if (typeof bound === "number" && Math.abs(bound) >= 2 ** 31 - 1) return bound < 0 ? low : high;
  const at = typeof bound === "number" && bound < 0 ? addDims(bound, size) : bound;
  return minOfDims(maxOfDims(at, low), high);
}

/** @throws TypeError when it depends on an extent without a size. */
function asNumber(element: Dim): number {
  if (typeof element === "number") return element;
  throw new TypeError(`got axes or steps with ${element}; expected numbers`);
}

/** Puts dy where it was cut from and zeros elsewhere: zeros between elements for a step, then zeros around. */
function scatterBack(g: GraphBuilder, dy: Value, inputs: readonly (Value | undefined)[]): Value {
  const x = required(inputs, 0, "data");
  let result = dy;
  for (const range of ranges(inputs, (i) => g.known(inputs[i]!)) as Range<number>[]) {
    result = scatterAxis(g, result, extent(x, range.axis), range);
  }
  return result;
}

function scatterAxis(g: GraphBuilder, dy: Value, size: number, { axis, start, end, step }: Range<number>): Value {
  const shape = concrete(dy);
  const count = shape[axis]!;
  if (step < 0) {
    // The same elements from the other end, in the other order.
    const turned = g.call("Slice", [dy, g.ints([-1]), g.ints([-count - 1]), g.ints([axis]), g.ints([-1])]);
    return scatterAxis(g, turned, size, { axis, start: start + (count - 1) * step, end, step: -step });
  }
  let result = dy;
  if (step > 1 && count > 0) {
    // [.., n, ..] -> [.., n, 1, ..] -> zeros after each element -> [.., n·step, ..]
    const apart = [...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)];
    const after = apart.map((_, i) => (i === axis + 1 ? step - 1 : 0));
    const spread = g.call("Pad", [g.call("Reshape", [dy, g.ints(apart)]), g.ints([...apart.map(() => 0), ...after])]);
    result = g.call("Reshape", [spread, g.ints(shape.map((dim, i) => (i === axis ? dim * step : dim)))]);
  }
  const length = extent(result, axis);
  const behind = size - start - length; // negative where the last step reaches beyond x
  if (behind < 0) {
    result = g.call("Slice", [result, g.ints([0]), g.ints([size - start]), g.ints([axis])]);
  }
  const pads = [
    ...shape.map((_, i) => (i === axis ? start : 0)),
    ...shape.map((_, i) => (i === axis ? Math.max(0, behind) : 0)),
  ];
  return pads.some((pad) => pad > 0) ? g.call("Pad", [result, g.ints(pads)]) : result;
}
