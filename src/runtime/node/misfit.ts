import type { InferenceSession } from "onnxruntime-node";
import type { Tensors } from "../runtime.js";

/** What was given does not fit what is open: a mistake of the caller, not of the engine. */
export class Misfit extends Error {}

/** What is wrong with the values that a run was given; undefined where they fit, and the failure has another reason. */
export function misfitting(
  inputs: readonly InferenceSession.ValueMetadata[],
  resident: ReadonlyMap<string, unknown>,
  feeds: Tensors,
): Misfit | undefined {
  for (const input of inputs) {
    if (!input.isTensor || resident.has(input.name)) continue;
    const given = feeds[input.name];
    const expected = `expected ${input.type} [${input.shape}]`;
    if (given === undefined) return new Misfit(`got no ${input.name}; ${expected}`);
    if (given.dtype !== input.type || !fits(given.shape, input.shape)) {
      return new Misfit(`got ${given.dtype} [${given.shape}] for ${input.name}; ${expected}`);
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
