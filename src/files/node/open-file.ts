import { closeSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { UserError } from "../../errors.js";
import { type ByteSource, checkInside } from "../byte-source.js";

/** A file that is read in pieces until it is closed. */
export class OpenFile implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #descriptor: number;

  /**
   * @param name what error messages call it: its path by default.
   * @throws UserError when it cannot be opened or is no file.
   */
  constructor(path: string, name = path) {
    this.name = name;
    try {
      const found = statSync(path); // before opening, which would wait for the other end of a pipe
      checkIsFile(found);
      this.size = found.size;
      this.#descriptor = openSync(path, "r");
    } catch (error) {
      throw new UserError(`cannot read ${name} (${error instanceof Error ? error.message : error}); expected a file`);
    }
  }

  read(offset: number, length: number, what?: string): Uint8Array<ArrayBuffer> {
    checkInside(this, offset, length, what);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const some = readSync(this.#descriptor, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
      if (some === 0) throw new UserError(`${this.name} became shorter while it was read; read it again`);
      done += some;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** @throws Error when it is a folder, a device or a pipe. */
export function checkIsFile(found: Stats): void {
  if (!found.isFile()) throw new Error(found.isDirectory() ? "it is a folder" : "it is no file");
}

/** What the system reads in one call, in bytes. */
const LARGEST_READ = 2 ** 30;
