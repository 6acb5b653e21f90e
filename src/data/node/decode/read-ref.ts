import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { fileOf } from "../../../files/node/path-name.js";
import { maxBytes } from "../../../files/node/read-bytes.js";
import type { ImageRef } from "../../image-list.js";

/** Archives that stay open, the last used last. */
const archives = new Map<string, Promise<FileHandle>>();
const mostArchives = 16;

/** The bytes of an encoded image. @throws Error when they cannot be read. */
export async function readRef({ path, part, bytes: given }: ImageRef): Promise<Uint8Array> {
  if (given !== undefined) return given;
  if (part === undefined) return readFile(path);
  if (part.length > maxBytes) throw tooLarge(part.length);
  const file = await archive(path);
  const bytes = new Uint8Array(part.length);
  const { bytesRead } = await file.read(bytes, 0, part.length, part.offset);
  if (bytesRead < part.length) throw new Error("the archive ends inside the image");
  return bytes;
}

/** The bytes of a file, as many as it has when it is opened: a device or a pipe may never end. */
async function readFile(path: string): Promise<Uint8Array> {
  const file = await open(fileOf(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows has no such flag
  try {
    const status = await file.stat();
    if (status.isDirectory()) throw new Error("a folder, no image");
    if (!status.isFile()) throw new Error("a device or a pipe, no file");
    if (status.size > maxBytes) throw tooLarge(status.size);
    const bytes = new Uint8Array(status.size);
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, bytes.length - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return bytes.subarray(0, read);
  } finally {
    await file.close();
  }
}

function tooLarge(bytes: number): Error {
  return new Error(`${bytes} bytes, where images of up to ${maxBytes} are read`);
}

function archive(path: string): Promise<FileHandle> {
  const file = archives.get(path) ?? open(fileOf(path));
  archives.delete(path);
  archives.set(path, file);
  if (archives.size > mostArchives) {
    const [oldest, handle] = archives.entries().next().value!;
    archives.delete(oldest);
    // A read of it may be under way in the other task of this thread: it is closed when that is long over.
    setTimeout(() => void handle.then((file) => file.close()).catch(() => {}), 60_000).unref();
  }
  return file;
}
