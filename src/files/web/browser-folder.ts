import { UserError } from "../../errors.js";

/**
 * A folder of the browser's own file system (OPFS), which belongs to the page's site, stays over reloads and is on no
 * path of the user's.
 */
export class BrowserFolder {
  readonly #folder: FileSystemDirectoryHandle;
  /** What messages call it. */
  readonly path: string;

  private constructor(folder: FileSystemDirectoryHandle, path: string) {
    this.#folder = folder;
    this.path = path;
  }

  /**
   * Opens a folder, which is made where it is not there.
   * @param path names with slashes between them.
   * @throws UserError where the browser gives the page no files.
   */
  static async open(path: string): Promise<BrowserFolder> {
    const root = await navigator.storage?.getDirectory?.().catch(() => undefined);
    if (root === undefined) {
      throw new UserError(
        `${path}: this browser keeps no files for the page; open it from https or localhost, and in no private window`,
      );
    }
    let folder = root;
    for (const name of path.split("/")) folder = await folder.getDirectoryHandle(name, { create: true });
    return new BrowserFolder(folder, path);
  }

  /** A folder in it, which is made where it is not there. */
  async folder(name: string): Promise<BrowserFolder> {
    return new BrowserFolder(await this.#folder.getDirectoryHandle(name, { create: true }), `${this.path}/${name}`);
  }

  /** What is in it, sorted. */
  async names(kind: "file" | "directory"): Promise<string[]> {
    const entries = this.#folder as unknown as AsyncIterable<[string, FileSystemHandle]>;
    const names: string[] = [];
    for await (const [name, handle] of entries) if (handle.kind === kind) names.push(name);
    return names.sort();
  }

  /** A file as it is now, whose bytes are read when they are wanted; undefined where there is none. */
  async file(name: string): Promise<File | undefined> {
    const handle = await this.#folder.getFileHandle(name).catch(() => undefined);
    return handle?.getFile();
  }

  /**
   * Writes a file as a whole: until all is written, one of that name stays as it was.
   * @throws UserError where the browser gives no more room.
   */
  async write(name: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array> | Blob): Promise<void> {
    const handle = await this.#folder.getFileHandle(name, { create: true });
    const writable = await handle.createWritable();
    try {
      if (pieces instanceof Blob) await writable.write(pieces);
      else for await (const piece of pieces) await writable.write(piece as Uint8Array<ArrayBuffer>);
      await writable.close();
    } catch (error) {
      await writable.abort().catch(() => undefined);
      const left = await handle.getFile().catch(() => undefined);
      if (left?.size === 0) await this.remove(name); // it was made for this
      throw await this.#refused(name, error);
    }
  }

  /** Removes a file or a folder with all that is in it; nothing where there is none. */
  async remove(name: string): Promise<void> {
    await this.#folder.removeEntry(name, { recursive: true }).catch((error: unknown) => {
      if ((error as DOMException).name !== "NotFoundError") throw error;
    });
  }

  async #refused(name: string, error: unknown): Promise<unknown> {
    if ((error as DOMException).name !== "QuotaExceededError") return error;
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    return new UserError(
      `${this.path}/${name}: the browser gives this site ${megabytes(quota)} MB, of which ${megabytes(usage)} are used; ` +
        "free room on the disk, or remove what the site keeps; what was there before is whole",
      { cause: error },
    );
  }
}
