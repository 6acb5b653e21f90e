import type { Tensors } from "../runtime.js";
import type { OrtInput } from "./ort-module.js";

/** What was given does not fit what is open: a mistake of the caller, not of the engine. */
export class Misfit extends Error {}

/** What is wrong with the values that a run was given; undefined where they fit, and the failure has another reason. */
export function misfitting(
  inputs: readonly OrtInput[],
  resident: ReadonlyMap<string, unknown>,
  feeds: Tensors,
): Misfit | undefined {
  for (const { name, isTensor, type, shape = [] } of inputs) {
    if (!isTensor || resident.has(name)) continue;
    const given = feeds[name];
    const expected = `expected ${type} [${shape}]`;
    if (given === undefined) return new Misfit(`got no ${name}; ${expected}`);
    const fed = type === "float16" && given.dtype === "float32" ? type : given.dtype;
    if (fed !== type || !fits(given.shape, shape)) {
      return new Misfit(`got ${given.dtype} [${given.shape}] for ${name}; ${expected}`);
    }
  }
  return undefined;
}

/** Sizes with a name, and those that the model leaves open, are any. */
function fits(shape: readonly number[], wanted: readonly (number | string)[]): boolean {
  return (
    shape.length === wanted.length &&
    wanted.every((size, axis) => typeof size === "string" || size < 0 || size === shape[axis])
  );
}
