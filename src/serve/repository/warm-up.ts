import { arrayType, elements, type Tensor } from "../../graph/tensor.js";
import type { Tensors } from "../../runtime/runtime.js";
import type { Worker } from "../engine/worker.js";
import { heldAs } from "../protocol/datatypes.js";
import { type ServedModel, usualShapes } from "./served-model.js";

/** How far answers of one row and of two may be from each other, of the largest of them. */
const tolerance = 1e-3;

/**
 * Runs a model that was opened, so that the first request does not pay for what the engine does once.
 * @returns false where rows that run together get other answers than alone: then they must not.
 * @throws what the engine throws.
 */
export async function warmUp(model: ServedModel, worker: Worker): Promise<boolean> {
  const shapes = usualShapes(model);
  if (shapes === undefined) return true; // of open sizes: the first request says them
  const { servable } = model;
  const one = feedsOf(model, shapes, 1);
  const alone = await worker.run(servable, one);
  if (!servable.joins) return true;
  const together = await worker.run(servable, feedsOf(model, shapes, 2));
  return Object.keys(alone).every((name) => beginsAs(together[name]!, alone[name]!));
}

/** Numbers that are alike for no two rows. */
function feedsOf({ servable }: ServedModel, shapes: readonly (readonly number[])[], rows: number): Tensors {
  const feeds = servable.inputs.map(({ name, datatype }, i) => {
    const { dtype } = heldAs(datatype);
    const shape = shapes[i]!.map((size) => (size === -1 ? rows : size));
    const data = new (arrayType(dtype))(elements(shape)) as Float32Array;
    if (dtype.startsWith("float")) for (let k = 0; k < data.length; k++) data[k] = Math.sin(k * 0.7 + 1);
    return [name, { dtype, shape, data } as unknown as Tensor] as const;
  });
  return Object.fromEntries(feeds);
}

function beginsAs(together: Tensor, alone: Tensor): boolean {
  if (together.shape[0] !== 2 || together.data.length !== 2 * alone.data.length) return false;
  let [apart, largest] = [0, 0];
  for (let i = 0; i < alone.data.length; i++) {
    const value = Number(alone.data[i]);
    apart = Math.max(apart, Math.abs(value - Number(together.data[i])));
    largest = Math.max(largest, Math.abs(value));
  }
  return !(apart > tolerance * Math.max(1e-6, largest));
}
