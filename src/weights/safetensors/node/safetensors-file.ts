import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../../errors.js";
import { writeAll } from "../../../files/node/write-all.js";
import type { Tensor } from "../../../graph/tensor.js";
import { decodeTensor } from "../../pth/stored-type.js";
import { safetensorsPieces, type TensorFile } from "../safetensors.js";
import { headerLength, LENGTH_BYTES, parseHeader } from "../safetensors-header.js";

/**
 * Reads a `.safetensors` file tensor by tensor, so that it is never in memory twice.
 * @throws UserError in one line when the file cannot be opened, is cut short, malformed, or holds a type we do not know.
 */
export async function readSafetensorsFile(path: string): Promise<TensorFile> {
  const file = await open(path).catch((error: Error) => {
    throw new UserError(`cannot read ${path} (${error.message}); give the path of a .safetensors file`);
  });
  try {
    const found = await file.stat();
    if (found.isDirectory()) {
      throw new UserError(`cannot read ${path} (it is a folder); give the path of a .safetensors file`);
    }
    const { size } = found;
    const start = await readAt(file, 0, Math.min(LENGTH_BYTES, size), path);
    const header = await readAt(file, LENGTH_BYTES, headerLength(start, size, path), path);
    const { entries, metadata } = parseHeader(header, size, path);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) {
      const bytes = await readAt(file, entry.begin, entry.end - entry.begin, path);
      tensors.set(entry.name, decodeTensor(entry, bytes, path));
    }
    return { tensors, metadata: new Map(metadata) };
  } finally {
    await file.close();
  }
}

/**
 * Writes a `.safetensors` file piece by piece, so that it is never in memory twice. What the path held is replaced.
 * @throws Error of the file system, such as ENOSPC; RangeError as `writeSafetensors`.
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const file = await open(path, "w");
  try {
    for (const piece of safetensorsPieces(tensors, metadata)) await writeAll(file, piece);
  } finally {
    await file.close();
  }
}

/** `length` bytes from `position` on, in a buffer of their own. */
async function readAt(file: FileHandle, position: number, length: number, path: string) {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, LARGEST_READ), position + done);
    if (bytesRead === 0) throw new UserError(`${path}: the file became shorter while it was read; read it again`);
    done += bytesRead;
  }
  return bytes;
}

/** What the system reads in one call. */
const LARGEST_READ = 2 ** 30;
