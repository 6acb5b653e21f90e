import type { KoffiFunc, LibraryHandle } from "koffi";
import { UserError } from "../../errors.js";
import { abiOf, type Handle, type MpiAbi } from "./mpi-abi.js";

/** Memory of MPI's that says how far a call is; wide enough for a request of any interface. */
export type Request = BigUint64Array;

/** The tag of the messages by which ranks say that they are here. */
const PRESENT = 17;

/** An MPI library in use. All calls come from the thread that has opened it; none of them waits for other ranks but the last. */
export class MpiLibrary {
  /** By what name it was found, and what it says of itself. */
  readonly name: string;
  readonly version: string;
  /** The binary interface that it has. */
  get abi(): string {
    return this.#abi.name;
  }
  readonly rank: number;
  readonly size: number;
  /** This rank among those of its machine, and their number. */
  readonly local: { readonly rank: number; readonly size: number };
  readonly #abi: MpiAbi;
  readonly #library: LibraryHandle;
  readonly #functions = new Map<string, KoffiFunc<(...given: unknown[]) => number>>();

  /**
   * Opens the first of some libraries that is there, and starts MPI.
   * @throws UserError where there is none, or it is of a kind that is not known.
   */
  static async open(names: readonly string[]): Promise<MpiLibrary> {
    const { default: koffi } = await import("koffi").catch((error: Error) => {
      throw new UserError(
        `an MPI launcher has started this, but koffi cannot be loaded (${error.message}); install koffi`,
      );
    });
    const failures: string[] = [];
    for (const name of names) {
      try {
        // The library opens plugins, which must find its symbols.
        return new MpiLibrary(name, koffi.load(name, { global: true }));
      } catch (error) {
        if (error instanceof UserError) throw error;
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
    throw new UserError(
      `an MPI launcher has started this, but none of its libraries can be opened (${failures.join("; ")}); ` +
        "install it, or name its file in SENET_MPI_LIBRARY",
    );
  }

  private constructor(name: string, library: LibraryHandle) {
    this.name = name;
    this.#library = library;
    this.version = versionOf(library);
    this.#abi = abiOf(library, this.version);
    const provided = new Int32Array(1);
    this.#call("MPI_Init_thread", ["void *", "void *", "int", "void *"], null, null, this.#abi.funneled, provided);
    if (provided[0]! < this.#abi.funneled) {
      throw new UserError(
        `${name} (${this.version}): got thread level ${provided[0]}; expected ${this.#abi.funneled} (MPI_THREAD_FUNNELED), ` +
          "for the library is called beside the engine; build it with threads",
      );
    }
    this.rank = this.#ask("MPI_Comm_rank", this.#abi.world);
    this.size = this.#ask("MPI_Comm_size", this.#abi.world);
    const local = this.#sharingMemory();
    this.local = { rank: this.#ask("MPI_Comm_rank", local), size: this.#ask("MPI_Comm_size", local) };
  }

  /** Sends the `each` bytes at place r of `from` to rank r, whose own come to place r of `to`. */
  exchange(from: ArrayBufferView, to: ArrayBufferView, each: number): Request {
    return this.#transfer("MPI_Ialltoall", from, to, each);
  }

  /** Gives every rank the `each` bytes of all. */
  collect(from: ArrayBufferView, to: ArrayBufferView, each: number): Request {
    return this.#transfer("MPI_Iallgather", from, to, each);
  }

  /** Gives every rank what `bytes` hold at rank 0. */
  spread(bytes: ArrayBufferView): Request {
    const { handle, byte, world } = this.#abi;
    const request = new BigUint64Array(1);
    const types = ["void *", "int", handle, "int", handle, "void *"];
    this.#call("MPI_Ibcast", types, bytes, bytes.byteLength, byte, 0, world, request);
    return request;
  }

  /** Whether what a request stands for is done. */
  isDone(request: Request): boolean {
    const flag = new Int32Array(1);
    this.#call("MPI_Test", ["void *", "void *", "void *"], request, flag, this.#abi.noStatus);
    return flag[0] !== 0;
  }

  /** Tells a rank that this one is here, without waiting for it to hear. */
  announceTo(rank: number): void {
    const { handle, byte, world } = this.#abi;
    const types = ["void *", "int", handle, "int", "int", handle, "void *"];
    this.#call("MPI_Isend", types, new Uint8Array(1), 1, byte, rank, PRESENT, world, new BigUint64Array(1));
  }

  /** Whether a rank has told that it is here. */
  hasAnnounced(rank: number): boolean {
    const { handle, world, noStatus } = this.#abi;
    const flag = new Int32Array(1);
    this.#call("MPI_Iprobe", ["int", "int", handle, "void *", "void *"], rank, PRESENT, world, flag, noStatus);
    return flag[0] !== 0;
  }

  /** Ends MPI; all ranks do so. */
  finish(): void {
    this.#call("MPI_Finalize", []);
  }

  /** Ends the processes of all ranks. */
  abort(code: number): void {
    this.#call("MPI_Abort", [this.#abi.handle, "int"], this.#abi.world, code);
  }

  #transfer(name: string, from: ArrayBufferView, to: ArrayBufferView, each: number): Request {
    const { handle, byte, world } = this.#abi;
    const request = new BigUint64Array(1);
    const types = ["void *", "int", handle, "void *", "int", handle, handle, "void *"];
    this.#call(name, types, from, each, byte, to, each, byte, world, request);
    return request;
  }

  #sharingMemory(): Handle {
    const { handle, world, shared, infoNull } = this.#abi;
    const made = new BigUint64Array(1);
    const types = [handle, "int", "int", handle, "void *"];
    this.#call("MPI_Comm_split_type", types, world, shared, 0, infoNull, made);
    return handle === "int" ? new Int32Array(made.buffer)[0]! : made[0]!;
  }

  #ask(name: string, communicator: Handle): number {
    const answer = new Int32Array(1);
    this.#call(name, [this.#abi.handle, "void *"], communicator, answer);
    return answer[0]!;
  }

  #call(name: string, types: readonly string[], ...given: unknown[]): void {
    let found = this.#functions.get(name);
    if (found === undefined) {
      found = this.#library.func(name, "int", [...types]);
      this.#functions.set(name, found);
    }
    const code = found(...given);
    if (code !== 0) throw new Error(`${name} of ${this.version} failed with code ${code}`);
  }
}

/** What a library says of itself, before it is started: its first line. */
export function versionOf(library: LibraryHandle): string {
  const [text, length] = [new Uint8Array(8192), new Int32Array(1)];
  library.func("MPI_Get_library_version", "int", ["void *", "void *"])(text, length);
  const [line = ""] = new TextDecoder().decode(text.subarray(0, length[0])).replace(/\0/g, "").split("\n");
  return line
    .split(",")[0]!
    .replace(/ (Version:\s*|v(?=\d))/, " ")
    .trim();
}
