import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UserError } from "../../errors.js";

/** A file that is read in pieces. */
export class OpenFile {
  readonly size: number;
  readonly path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.path = path;
    try {
      const found = statSync(path); // before opening, which would wait for the other end of a pipe
      if (!found.isFile()) throw new Error("it is no file");
      this.size = found.size;
      this.#descriptor = openSync(path, "r");
    } catch (error) {
      throw new UserError(`cannot read ${path} (${error instanceof Error ? error.message : error}); expected a file`);
    }
  }

  /** `length` bytes from `offset` on, in memory of their own. */
  read(offset: number, length: number, what = "more"): Uint8Array<ArrayBuffer> {
    if (offset + length > this.size) {
      throw new UserError(
        `${this.path} has ${this.size} bytes; expected ${what} in it up to byte ${offset + length}; give the whole file`,
      );
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const some = readSync(this.#descriptor, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
      if (some === 0) throw new UserError(`${this.path} became shorter while it was read; read it again`);
      done += some;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** What the system reads in one call, in bytes. */
const LARGEST_READ = 2 ** 30;
