import type { Tensor } from "../graph/tensor.js";
import type { Notice } from "../notice.js";
import { type StoredType, storedTypeOf } from "./stored-type.js";

/** What lies in a file of tensors, before any of them is read. */
export interface TensorListing {
  /** Names, types in the file and shapes. */
  readonly entries: readonly ListedTensor[];
  /** What was chosen on the way and what was passed over. */
  readonly notices: readonly Notice[];
  /** Reads a tensor by its name, into memory of its own. @throws UserError when the file cannot give it. */
  read(name: string): Tensor;
}

/** A tensor in a file. */
export interface ListedTensor {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
}

/** The content of a file of tensors. */
export interface TensorFile {
  /** By name, in the order in which they lie in the file. */
  readonly tensors: Map<string, Tensor>;
  /** What the file says beside them; of PyTorch's checkpoints nothing. */
  readonly metadata: Map<string, string>;
}

/**
 * Tensors in memory as a listing.
 * @example
 * ```ts
 * import { float32 } from "senet";
 * import { listingOf } from "senet/weights";
 *
 * const { entries } = listingOf(new Map([["x", float32([2], [1, 2])]]));
 * console.log(entries); // [ { name: 'x', type: 'F32', shape: [ 2 ] } ]
 * ```
 */
export function listingOf(tensors: ReadonlyMap<string, Tensor>): TensorListing {
  return {
    entries: Array.from(tensors, ([name, { dtype, shape }]) => ({ name, type: storedTypeOf(dtype), shape })),
    notices: [],
    read: (name) => tensors.get(name)!,
  };
}

/**
 * Reads every tensor of a listing. @throws UserError as its `read`.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { memorySource, openPth, readAll } from "senet/weights";
 *
 * const tensors = readAll(openPth(memorySource(await readFile("checkpoint.pth"))));
 * console.log([...tensors.values()].map(({ shape }) => shape)[0]); // [ 2, 3 ]
 * ```
 */
export function readAll({ entries, read }: TensorListing): Map<string, Tensor> {
  return new Map(entries.map(({ name }) => [name, read(name)]));
}
