import type { ViewedValue } from "../../graph/model-view.js";
import type { Tensor } from "../../graph/tensor.js";
import { refuse } from "../refusal.js";
import { type Datatype, datatypeOf } from "./datatypes.js";

/** A tensor that a model takes or gives. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** −1 where a size is open. */
  readonly shape: readonly number[];
}

/** What a file declares of a tensor; undefined where it is of a type that is not served, or of unknown axes. */
export function specOf({ name, type, shape }: ViewedValue): TensorSpec | undefined {
  const datatype = datatypeOf(type);
  if (datatype === undefined || shape === undefined) return undefined;
  return { name, datatype, shape: shape.map((size) => (typeof size === "number" ? size : -1)) };
}

/**
 * The tensors of a request in the order of the model's inputs.
 * @throws Refusal where one is missing, unknown, or of another type or shape.
 */
export function checkInputs(
  specs: readonly TensorSpec[],
  given: readonly { readonly name: string; readonly datatype: string; readonly tensor: Tensor }[],
): Readonly<Record<string, Tensor>> {
  const expected = `expected ${specs.map(inWords).join(", ")}`;
  const byName = new Map(given.map((input) => [input.name, input]));
  if (byName.size !== given.length) refuse(`got an input twice; ${expected}`);
  for (const { name } of given) {
    if (!specs.some((spec) => spec.name === name)) refuse(`got input ${JSON.stringify(name)}; ${expected}`);
  }
  const found = specs.map((spec) => {
    const input = byName.get(spec.name) ?? refuse(`got no input ${spec.name}; ${expected}`);
    const { shape } = input.tensor;
    const fits =
      shape.length === spec.shape.length && spec.shape.every((size, axis) => size === -1 || size === shape[axis]);
    if (input.datatype !== spec.datatype || !fits) {
      refuse(`got ${inWords({ ...spec, datatype: input.datatype, shape })}; expected ${inWords(spec)}`);
    }
    return [spec.name, input.tensor] as const;
  });
  return Object.fromEntries(found);
}

/** `x FP32 [-1, 3, 224, 224]`. */
export function inWords({ name, datatype, shape }: Omit<TensorSpec, "datatype"> & { readonly datatype: string }) {
  return `${name} ${datatype} [${shape.join(", ")}]`;
}
