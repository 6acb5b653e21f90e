import { UserError } from "../../errors.js";
import type { Tensor } from "../../graph/tensor.js";
import { isStoredType, type StoredType, storedTypeOf, storedTypes, widthOf } from "../stored-type.js";
import { repeatedKey } from "./repeated-key.js";

/** Where one tensor lies in a file. */
export interface TensorEntry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** First byte and the one past the last, counted from the start of the file. */
  readonly begin: number;
  readonly end: number;
}

/** What a file says of itself, before its data. */
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Bytes before the header: its length. */
export const LENGTH_BYTES = 8;

/** The longest header that the reference implementation reads. Source: huggingface/safetensors, MAX_HEADER_SIZE. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The length of the header that the first eight bytes announce.
 * @throws UserError when the file ends before the header does, or the length is absurd.
 */
export function headerLength(start: Uint8Array, fileBytes: number, source: string): number {
  if (fileBytes < LENGTH_BYTES || start.length < LENGTH_BYTES) {
    throw new UserError(`${source}: got ${fileBytes} bytes; expected a .safetensors file, which has more than 8`);
  }
  const announced = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (announced > MAX_HEADER_BYTES || announced < 2n) {
    throw new UserError(
      `${source}: got a header of ${announced} bytes; expected 2 to ${MAX_HEADER_BYTES}; is it a .safetensors file?`,
    );
  }
  if (LENGTH_BYTES + Number(announced) > fileBytes) {
    throw new UserError(
      `${source}: got ${fileBytes} bytes, which end inside the header of ${announced}; give the whole file`,
    );
  }
  return Number(announced);
}

/**
 * Reads a header and checks that its tensors cover the data exactly: nothing outside, no overlap, no hole.
 * @param header the bytes after the length. @throws UserError in one line for whatever is wrong.
 */
export function parseHeader(header: Uint8Array, fileBytes: number, source: string): SafetensorsHeader {
  const json = parseJson(header, source);
  const dataStart = LENGTH_BYTES + header.length;
  const entries: TensorEntry[] = [];
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") metadata = readMetadata(value, source);
    else entries.push(readEntry(name, value, dataStart, source));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, dataStart, fileBytes, source);
  return { entries, metadata };
}

/**
 * Lays tensors out: wider elements first, so that every tensor is aligned, otherwise in the order given.
 * @returns the bytes of length and header, padded with spaces to a multiple of 8, and the tensors in order of their
 *   bytes.
 * @throws RangeError when a tensor has the name that the format keeps for metadata, or data that does not fill its
 *   shape.
 */
export function layOut(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string>,
): { header: Uint8Array; ordered: readonly Tensor[] } {
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const fields = metadata.size > 0 ? [`"__metadata__":{${[...metadata].map(field).join(",")}}`] : [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    if (name === "__metadata__" || data.length !== shape.reduce((product, dim) => product * dim, 1)) {
      throw new RangeError(
        `safetensors: got tensor ${name} with ${data.length} elements for [${shape}]; expected a full one of another name`,
      );
    }
    const end = offset + data.byteLength;
    fields.push(field([name, { dtype: storedTypeOf(dtype), shape, data_offsets: [offset, end] }]));
    offset = end;
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const padded = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  header.set(json, LENGTH_BYTES);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  return { header, ordered: ordered.map(([, tensor]) => tensor) };
}

/** Written by hand, because an object has no room for a key such as `__proto__`. */
function field([key, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function parseJson(header: Uint8Array, source: string): object {
  let json: unknown;
  let repeated: string | undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
    json = JSON.parse(text);
    repeated = repeatedKey(text);
  } catch {
    throw new UserError(`${source}: got a header that is not JSON; expected a whole .safetensors file`);
  }
  if (header[0] !== 0x7b || !isRecord(json)) {
    throw new UserError(`${source}: got a header that does not start with {; expected a whole .safetensors file`);
  }
  if (repeated !== undefined) {
    throw new UserError(`${source}: got "${shorten(repeated)}" twice in the header; expected every name once`);
  }
  return json;
}

function readMetadata(value: unknown, source: string): Map<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [["", undefined]];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (texts.length === entries.length) return new Map(texts);
  throw new UserError(`${source}: got __metadata__ with values other than text; expected text only`);
}

function readEntry(name: string, value: unknown, dataStart: number, source: string): TensorEntry {
  const fault = (problem: string) => new UserError(`${source}: tensor "${shorten(name)}": ${problem}`);
  if (!isRecord(value)) throw fault("got no description; expected dtype, shape and data_offsets");
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isStoredType(dtype)) {
    throw fault(`got dtype ${shorten(String(dtype))}; expected one of ${storedTypes.join(", ")}`);
  }
  if (!isSizes(shape)) throw fault("got a shape that is no list of whole numbers from 0");
  if (!isSizes(offsets) || offsets.length !== 2) throw fault("got data_offsets other than two whole numbers from 0");
  const [begin, end] = offsets as [number, number];
  const bytes = shape.includes(0) ? 0 : shape.reduce((product, dim) => product * dim, widthOf(dtype));
  if (end - begin !== bytes) {
    throw fault(`got bytes ${begin} to ${end} for ${dtype} [${shorten(shape.join(","))}]; expected ${bytes} bytes`);
  }
  return { name, type: dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

function checkCover(entries: readonly TensorEntry[], dataStart: number, fileBytes: number, source: string): void {
  let at = dataStart;
  for (const { name, begin, end } of entries) {
    if (end > fileBytes) {
      throw new UserError(
        `${source}: got ${fileBytes} bytes, but tensor "${shorten(name)}" ends at byte ${end}; give the whole file`,
      );
    }
    if (begin !== at) {
      const what = begin < at ? "overlaps the one before it" : "leaves a hole before it";
      throw new UserError(`${source}: tensor "${shorten(name)}" ${what}; expected it to start at byte ${at}`);
    }
    at = end;
  }
  if (at !== fileBytes) {
    throw new UserError(`${source}: got ${fileBytes} bytes; expected ${at}, where the last tensor ends`);
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
