import { type FileHandle, open, readFile } from "node:fs/promises";
import type { ImageRef } from "../../image-list.js";

/** Archives that stay open, the last used last. */
const archives = new Map<string, Promise<FileHandle>>();
const mostArchives = 16;

/** The bytes of an encoded image. @throws Error when they cannot be read. */
export async function readRef({ path, part, bytes: given }: ImageRef): Promise<Uint8Array> {
  if (given !== undefined) return given;
  if (part === undefined) return readFile(path);
  const file = await archive(path);
  const bytes = new Uint8Array(part.length);
  const { bytesRead } = await file.read(bytes, 0, part.length, part.offset);
  if (bytesRead < part.length) throw new Error("the archive ends inside the image");
  return bytes;
}

function archive(path: string): Promise<FileHandle> {
  const file = archives.get(path) ?? open(path);
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
