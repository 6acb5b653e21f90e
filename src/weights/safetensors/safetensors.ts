import { type ByteSource, memorySource } from "../../files/byte-source.js";
import { joined } from "../../files/joined.js";
import type { Tensor } from "../../graph/tensor.js";
import { decodeTensor } from "../stored-type.js";
import { readAll, type TensorFile, type TensorListing } from "../tensor-listing.js";
import { headerLength, LENGTH_BYTES, layOut, parseHeader, type SafetensorsHeader } from "./safetensors-header.js";

/**
 * Reads the bytes of a `.safetensors` file; F16 and BF16 become float32. The tensors are copies with buffers of their
 * own.
 * Source: https://github.com/huggingface/safetensors#format.
 * @param source what error messages call the file.
 * @throws UserError in one line when the file is cut short, malformed, or holds a type we do not know.
 * @example
 * ```ts
 * import { float32, readSafetensors, writeSafetensors } from "senet";
 *
 * const bytes = writeSafetensors(new Map([["x", float32([2], [1, 2])]]), new Map([["by", "me"]]));
 * const { tensors, metadata } = readSafetensors(bytes);
 * console.log(tensors.get("x")?.shape, metadata.get("by")); // [ 2 ] me
 * ```
 */
export function readSafetensors(bytes: Uint8Array, source = "safetensors"): TensorFile {
  const { metadata, ...listing } = openSafetensors(memorySource(bytes, source));
  return { tensors: readAll(listing), metadata: new Map(metadata) };
}

/**
 * Opens a `.safetensors` file: lists its tensors, and reads one when it is asked for.
 * @throws UserError as `readSafetensors`.
 */
export function openSafetensors(file: ByteSource): TensorListing & Pick<SafetensorsHeader, "metadata"> {
  const { name: source, size } = file;
  const length = headerLength(file.read(0, Math.min(LENGTH_BYTES, size)), size, source);
  const { entries, metadata } = parseHeader(file.read(LENGTH_BYTES, length), size, source);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const read = (name: string) => {
    const entry = byName.get(name)!;
    return decodeTensor(entry, file.read(entry.begin, entry.end - entry.begin), source);
  };
  return { entries, notices: [], metadata, read };
}

/**
 * The bytes of a `.safetensors` file in pieces, so that they never need to lie in memory as a whole: first the header,
 * then every tensor, which is not copied.
 * @throws RangeError when a tensor is called `__metadata__` or does not fill its shape.
 */
export function* safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Generator<Uint8Array, void, undefined> {
  const { header, ordered } = layOut(tensors, metadata);
  yield header;
  for (const { data } of ordered) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Writes tensors as the bytes of a `.safetensors` file, every one aligned to its elements.
 * @throws RangeError when a tensor is called `__metadata__` or does not fill its shape.
 * @example
 * ```ts
 * import { createModel, initialise, writeSafetensors } from "senet";
 *
 * const weights = initialise(createModel("resnet20"), 1);
 * console.log(writeSafetensors(weights).length); // 1105272
 * ```
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array<ArrayBuffer> {
  return joined([...safetensorsPieces(tensors, metadata)]);
}
