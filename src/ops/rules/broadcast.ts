import type { GraphBuilder } from "../../graph/builder.js";
import { broadcastShapes, concrete, ShapeError, sameShape } from "../../graph/dims/shape.js";
import type { Value, ValueType } from "../../graph/graph.js";
import { required } from "../op.js";

/** The shape rule of `y = f(a, b)` element by element with NumPy broadcasting; both of one element type. */
export function broadcastRule({ inputs }: { inputs: readonly (ValueType | undefined)[] }): ValueType[] {
  const a = required(inputs, 0, "A");
  const b = required(inputs, 1, "B");
  if (a.dtype !== b.dtype) {
    throw new ShapeError({ given: `${a.dtype} and ${b.dtype}`, expected: "one element type", fix: "Cast one of them" });
  }
  return [{ dtype: a.dtype, shape: broadcastShapes(a.shape, b.shape) }];
}

/** The shape rule of `y = f(x)` element by element. */
export function unaryRule({ inputs }: { inputs: readonly (ValueType | undefined)[] }): ValueType[] {
  const { dtype, shape } = required(inputs, 0, "X");
  return [{ dtype, shape }];
}

/**
 * The shape rule of `y = f(a, b, …)` element by element with NumPy broadcasting: one operand or more, all of one type.
 */
export function variadicRule({ inputs }: { inputs: readonly (ValueType | undefined)[] }): ValueType[] {
  const first = required(inputs, 0, "data_0");
  return inputs.slice(1).reduce<ValueType[]>(
    (sofar, _, i) => {
      return broadcastRule({ inputs: [sofar[0], required(inputs, i + 1, `data_${i + 1}`)] });
    },
    unaryRule({ inputs: [first] }),
  );
}

/**
 * Undoes broadcasting: sums `gradient` over every axis along which `operand` was stretched.
 * @returns a value with the shape of `operand`.
 */
export function unbroadcast(g: GraphBuilder, gradient: Value, operand: Value): Value {
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const from = concrete(gradient);
  const to = concrete(operand);
  const lead = from.length - to.length;
  const axes = from.flatMap((dim, axis) => (axis < lead || (to[axis - lead] === 1 && dim !== 1) ? [axis] : []));
  const summed = sumOver(g, gradient, axes);
  return sameShape(summed.shape, to) ? summed : g.call("Reshape", [summed, g.ints(to)]);
}

/**
 * Sums over `axes`, which stay with extent 1. Over H and W it goes through the average pool, ORT's fastest reduction
 * there.
 */
function sumOver(g: GraphBuilder, x: Value, axes: readonly number[]): Value {
  const spatial = x.shape.length === 4 && axes.includes(2) && axes.includes(3);
  if (!spatial) return axes.length === 0 ? x : g.call("ReduceSum", [x, g.ints(axes)], { keepdims: 1 });
  const [, , height, width] = concrete(x);
  const pooled = g.call("Mul", [g.call("GlobalAveragePool", [x]), g.scalar(height! * width!)]);
  return sumOver(
    g,
    pooled,
    axes.filter((axis) => axis < 2),
  );
}
