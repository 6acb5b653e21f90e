import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { crc32, createGunzip, inflateRawSync } from "node:zlib";
import { UserError } from "../../errors.js";
import { type ByteSource, buffered } from "../byte-source.js";
import { tarEntries } from "../tar.js";
import { type ZipEntry, zipEntries } from "../zip.js";
import { OpenFile } from "./open-file.js";

/** The largest file inside an archive: an image is far smaller, a bomb is larger. */
const mostBytes = 100_000_000;

/** How unpacking goes. */
export interface UnpackOptions {
  /** Called with the number of files so far. */
  readonly onProgress?: ((files: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called on the folder before it gets its name. */
  readonly arrange?: ((folder: string) => Promise<void>) | undefined;
}

/**
 * Unpacks a .tgz or .zip archive whose files all lie in one folder, which appears when it is complete.
 * @param folder the name of that folder; `into` is where it goes.
 * @throws UserError for a damaged archive and for paths that lead out of the folder.
 */
export async function unpack(
  archive: string,
  into: string,
  folder: string,
  options: UnpackOptions = {},
): Promise<void> {
  const work = join(into, `.unpacking-${folder}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    if (/\.zip$/i.test(archive)) await unpackZip(archive, work, options);
    else await unpackTgz(archive, work, options);
    await options.arrange?.(join(work, folder));
    await rename(join(work, folder), join(into, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new UserError(`${archive}: got no folder ${folder} inside; expected one; is it another dataset's archive?`);
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Files are written one after the other, folders made once. */
function fileWriter(archive: string, folder: string, { onProgress, signal }: UnpackOptions) {
  const made = new Set<string>();
  let files = 0;
  return async (path: string, content: Uint8Array) => {
    signal?.throwIfAborted();
    const target = join(folder, safePath(path, archive));
    if (!made.has(dirname(target))) await mkdir(dirname(target), { recursive: true });
    made.add(dirname(target));
    await writeFile(target, content);
    onProgress?.(++files);
  };
}

/** @throws UserError for a path inside an archive that leads out of the folder it is unpacked to. */
export function safePath(path: string, archive: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const absolute = path.startsWith("/") || /^[a-z]:/i.test(path);
  if (parts.length > 0 && !absolute && !parts.includes("..") && !/[\\\0]/.test(path)) return parts.join("/");
  throw new UserError(`${archive}: got a file named "${path}"; expected names inside the archive's own folder`);
}

async function unpackTgz(archive: string, folder: string, options: UnpackOptions): Promise<void> {
  const tar = join(folder, ".archive.tar"); // as a file, so that the memory it takes does not depend on its size
  try {
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(tar), { signal: options.signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!/^Z_/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
    throw new UserError(
      `${archive}: got no valid gzip (${(error as Error).message}); expected a complete archive; fetch it again`,
    );
  }
  const write = fileWriter(archive, folder, options);
  const file = new OpenFile(tar, archive);
  try {
    for (const entry of tarEntries(buffered(file))) await write(entry.path, contentOf(file, entry));
  } finally {
    file.close();
  }
  await rm(tar);
}

async function unpackZip(archive: string, folder: string, options: UnpackOptions): Promise<void> {
  const write = fileWriter(archive, folder, options);
  const file = new OpenFile(archive);
  try {
    for (const entry of zipEntries(file).values()) {
      await write(entry.path, inflate(entry, contentOf(file, entry), `${archive}: ${entry.path}`));
    }
  } finally {
    file.close();
  }
}

/** The bytes of an entry as they lie in the archive. */
function contentOf(archive: ByteSource, { path, offset, length }: Pick<ZipEntry, "path" | "offset" | "length">) {
  if (length <= mostBytes) return archive.read(offset, length);
  throw new UserError(`${archive.name}: ${path}: got ${length} bytes; expected at most ${mostBytes}`);
}

function inflate({ method, size, crc32: expected }: ZipEntry, packed: Uint8Array, name: string): Uint8Array {
  if (method !== 0 && method !== 8) {
    throw new UserError(`${name}: got compression ${method}; expected 0 or 8 (deflate)`);
  }
  if (size > mostBytes) throw new UserError(`${name}: got ${size} bytes; expected at most ${mostBytes}`);
  let bytes: Uint8Array | undefined;
  try {
    bytes = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    // reported below, with the checksum
  }
  if (bytes !== undefined && bytes.length === size && crc32(bytes) === expected) return bytes;
  throw new UserError(`${name}: got damaged content; expected that of its checksum; fetch the archive again`);
}
