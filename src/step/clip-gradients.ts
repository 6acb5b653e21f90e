import type { GraphBuilder } from "../graph/builder.js";
import { concrete } from "../graph/dims/shape.js";
import type { Graph, Value } from "../graph/graph.js";
import { type ParameterForm, parameterForms } from "../read/parameter-forms.js";
import { parametersMatching } from "../read/parameter-roles.js";

/**
 * How gradients are kept from being too large: by their common Euclidean norm, each entry by its size, or each unit's
 * gradient by the norm of the unit's weights (adaptive; parameters that `exclude` fits, such as `@head`, are left alone).
 */
export type Clip =
  | { readonly norm: number }
  | { readonly value: number }
  | { readonly agc: number; readonly exclude?: string | readonly string[] };

/** Gradients by parameter, and their common norm before clipping where clipping is by norm. */
export interface Clipped {
  readonly clipped: ReadonlyMap<string, Value>;
  readonly norm?: Value;
}

/**
 * Writes the clipping of all gradients; nothing without `clip`.
 * @param model whose parameters the gradients belong to.
 */
export function clipGradients(
  g: GraphBuilder,
  model: Graph,
  gradients: ReadonlyMap<string, Value>,
  clip?: Clip,
): Clipped {
  if (clip === undefined) return { clipped: gradients };
  const each = (rule: (gradient: Value, name: string) => Value) =>
    new Map([...gradients].map(([name, gradient]) => [name, rule(gradient, name)]));
  if ("value" in clip) {
    const [low, high] = [g.scalar(-clip.value), g.scalar(clip.value)];
    return { clipped: each((gradient) => g.call("Clip", [gradient, low, high])) };
  }
  if ("norm" in clip) {
    const norm = globalNorm(g, [...gradients.values()]);
    const ratio = g.call("Div", [g.scalar(clip.norm), g.call("Add", [norm, g.scalar(1e-6)])]); // as clip_grad_norm_ has it
    const factor = g.call("Min", [ratio, g.scalar(1)]);
    return { clipped: each((gradient) => g.call("Mul", [gradient, factor])), norm };
  }
  const left = clip.exclude === undefined ? [] : parametersMatching(model, clip.exclude, [...gradients.keys()]);
  const forms = parameterForms(model);
  return {
    clipped: each((gradient, name) =>
      left.includes(name)
        ? gradient
        : adaptive(g, { weight: g.value(name), gradient, form: forms.get(name)! }, clip.agc),
    ),
  };
}

/** The Euclidean norm of several tensors as one: a scalar. */
export function globalNorm(g: GraphBuilder, values: readonly Value[]): Value {
  const squares = values.map((value) => g.call("ReduceSum", [g.call("Mul", [value, value])], { keepdims: 0 }));
  const column = squares.map((square) => g.call("Reshape", [square, g.ints([1])]));
  const sum = g.call("ReduceSum", [g.call("Concat", column, { axis: 0 })], { keepdims: 0 });
  return g.call("Sqrt", [sum]);
}

/** A parameter with its gradient. */
interface Learnt {
  readonly weight: Value;
  readonly gradient: Value;
  readonly form: ParameterForm;
}

/**
 * Clips the gradient of each unit (what makes one output of a layer; a vector is one unit) to `factor` times the norm
 * of its weights, taken as 1e-3 at least.
 * Source: Brock et al. 2021, arXiv:2102.06171, eq. 3; timm's adaptive_clip_grad.
 */
function adaptive(g: GraphBuilder, { weight, gradient, form }: Learnt, factor: number): Value {
  const largest = g.call("Mul", [g.call("Max", [unitNorm(g, weight, form), g.scalar(1e-3)]), g.scalar(factor)]);
  const norm = unitNorm(g, gradient, form);
  const ratio = g.call("Div", [largest, g.call("Max", [norm, g.scalar(1e-6)])]);
  return g.call("Mul", [gradient, g.call("Where", [g.call("Less", [norm, largest]), g.scalar(1), ratio])]);
}

/**
 * The norm of each unit, other axes kept with extent 1: over everything but the axis of units, which is the first of a
 * table; of a vector, over all of it.
 */
function unitNorm(g: GraphBuilder, value: Value, form: ParameterForm): Value {
  const units = form.kind === "vector" ? undefined : form.kind === "kernel" ? form.units : 0;
  const axes = [...concrete(value).keys()].filter((axis) => axis !== units);
  const squares = g.call("Mul", [value, value]);
  return g.call("Sqrt", [g.call("ReduceSum", [squares, g.ints(axes)], { keepdims: 1 })]);
}
