import { UserError } from "../../errors.js";
import type { ByteSource } from "../../files/byte-source.js";
import type { Tensor } from "../../graph/tensor.js";
import { decodeTensor, type StoredType, widthOf } from "../stored-type.js";

/**
 * A tensor in a file, whose elements need not lie in a row: element [i, j, …] is at i·strides[0] + j·strides[1] + ….
 */
export interface StridedEntry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** In elements. */
  readonly strides: readonly number[];
  /** The byte of its first element. */
  readonly begin: number;
  /** Elements from its first to the end of the stretch that it may reach. */
  readonly room: number;
}

/** What a tensor reaches: how many elements it has and how long a stretch they lie in. */
export interface Extent {
  readonly elements: number;
  readonly span: number;
}

/** @throws UserError when it reaches beyond its storage. */
export function extentOf({ shape, strides, room }: StridedEntry): Extent {
  if (shape.includes(0)) return { elements: 0, span: 0 };
  const elements = shape.reduce((product, size) => product * size, 1);
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 1);
  if (!Number.isSafeInteger(8 * elements) || !(span <= room)) {
    throw new UserError(
      `got shape [${shape}] with strides [${strides}] over ${room} numbers; expected it inside its storage`,
    );
  }
  return { elements, span };
}

/** Reads a tensor into memory of its own; the elements come into a row, low byte first. */
export function readStrided(source: ByteSource, entry: StridedEntry, bigEndian: boolean): Tensor {
  const { elements, span } = extentOf(entry);
  const width = widthOf(entry.type);
  const bytes = source.read(entry.begin, span * width);
  const inOrder = isContiguous(entry) ? bytes : gathered(bytes, entry, elements, width);
  if (bigEndian && width > 1) reverseEach(inOrder, width);
  return decodeTensor(entry, inOrder, source.name);
}

/** Whether the last axis runs fastest without gaps; axes of one element have no stride to speak of. */
function isContiguous({ shape, strides }: StridedEntry): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return shape.includes(0);
    expected *= shape[axis]!;
  }
  return true;
}

const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;

function gathered(bytes: Uint8Array<ArrayBuffer>, entry: StridedEntry, elements: number, width: number) {
  const Words = words[width as 4];
  const from = new Words(bytes.buffer);
  const to = new Words(elements);
  const { shape, strides } = entry;
  const index = shape.map(() => 0);
  let at = 0;
  for (let i = 0; i < elements; i++) {
    to[i] = from[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return new Uint8Array(to.buffer);
}

function reverseEach(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}
