import { closeSync, openSync, readSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { UserError } from "../../errors.js";
import type { Model } from "../graph.js";
import { readOnnx } from "../onnx-read.js";
import type { ExternalData } from "../onnx-tensor.js";

/**
 * Reads an `.onnx` file, and the files in its folder that hold its weights where they are kept apart: every tensor
 * goes straight into its own memory.
 * @throws UserError in one line when a file cannot be read, is cut short, or is not what it should be.
 */
export function readModel(path: string): Model {
  const files = new Map<string, OpenFile>();
  try {
    const file = new OpenFile(path);
    files.set("", file);
    const external = (where: ExternalData) => {
      const location = insideFolder(where);
      const data = files.get(location) ?? new OpenFile(join(dirname(path), location));
      files.set(location, data);
      return data.read(where.offset, where.length, `tensor ${where.tensor}`);
    };
    return readOnnx(file.read(0, file.size, "a model"), { external });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw error.message.includes(path) ? error : new UserError(`${path}: ${error.message}`);
  } finally {
    for (const file of files.values()) file.close();
  }
}

/** The path of a file with weights. @throws UserError when it leads out of the model's folder. */
function insideFolder({ location, tensor }: ExternalData): string {
  const path = normalize(location);
  if (isAbsolute(path) || path.split(sep)[0] === ".." || path.includes("\0")) {
    throw new UserError(`got tensor ${tensor} in "${location}"; expected a file in the folder of the model`);
  }
  return path;
}

/** A file that is read in pieces. */
class OpenFile {
  readonly size: number;
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#path = path;
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
  read(offset: number, length: number, what: string): Uint8Array {
    if (offset + length > this.size) {
      throw new UserError(
        `${this.#path} has ${this.size} bytes; expected ${what} in it up to byte ${offset + length}; give the whole file`,
      );
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const some = readSync(this.#descriptor, bytes, done, Math.min(length - done, LARGEST_READ), offset + done);
      if (some === 0) throw new UserError(`${this.#path} became shorter while it was read; read it again`);
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
