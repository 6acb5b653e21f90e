import type { GraphBuilder } from "../graph/builder.js";
import type { Dim, Value, ValueType } from "../graph/graph.js";
import { concrete, extent, normalizeAxis, ShapeError } from "../graph/shape.js";
import { type Tensor, toNumbers } from "../graph/tensor.js";
import { noMacs, type Op, required } from "./op.js";

const attributes = {};

/** Cuts a regular part out of x: for each axis from `start` towards `end` (not included) by `step`. */
export const Slice: Op<typeof attributes> = {
  domain: "",
  attributes,
  shape: ({ inputs, constant }) => {
    const x = required(inputs, 0, "data");
    const shape: Dim[] = [...x.shape];
    for (const { axis, start, end, step } of ranges(x, constant)) {
      shape[axis] = Math.max(0, Math.ceil((end - start) / step));
    }
    return [{ dtype: x.dtype, shape }];
  },
  gradient: (g, dy, { inputs }) => [
    () => scatterBack(g, dy, required(inputs, 0, "data"), (i) => inputs[i] && g.constantOf(inputs[i])),
    undefined,
    undefined,
    undefined,
    undefined,
  ],
  macs: noMacs,
};

interface Range {
  axis: number;
  start: number;
  end: number;
  step: number;
}

/** The cut along every axis that is named, with counts from the end resolved and bounds clamped as ONNX says. */
function ranges(x: ValueType, constant: (i: number) => Tensor | undefined): Range[] {
  const [starts, ends] = [constant(1), constant(2)];
  if (starts === undefined || ends === undefined) {
    throw new TypeError("got starts or ends that are computed; expected constants");
  }
  const [from, to] = [toNumbers(starts), toNumbers(ends)];
  const axes = numbersOr(
    constant(3),
    from.map((_, i) => i),
  );
  const steps = numbersOr(
    constant(4),
    from.map(() => 1),
  );
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
    const size = extent(x, axis);
    const step = steps[i]!;
    if (step === 0) throw new ShapeError({ given: "step 0", expected: "a step that is not 0" });
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    return step > 0
      ? { axis, start: clamp(from[i]!, 0, size), end: clamp(to[i]!, 0, size), step }
      : { axis, start: clamp(from[i]!, 0, size - 1), end: clamp(to[i]!, -1, size - 1), step };
  });
}

function numbersOr(tensor: Tensor | undefined, fallback: number[]): number[] {
  return tensor === undefined ? fallback : toNumbers(tensor);
}

/** Puts dy where it was cut from and zeros elsewhere: zeros between elements for a step, then zeros around. */
function scatterBack(g: GraphBuilder, dy: Value, x: Value, constant: (i: number) => Tensor | undefined): Value {
  let result = dy;
  for (const range of ranges(x, constant)) result = scatterAxis(g, result, extent(x, range.axis), range);
  return result;
}

function scatterAxis(g: GraphBuilder, dy: Value, size: number, { axis, start, end, step }: Range): Value {
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
