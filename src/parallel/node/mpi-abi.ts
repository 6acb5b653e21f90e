import type { LibraryHandle } from "koffi";
import { UserError } from "../../errors.js";

/** A handle of MPI as koffi passes it: the address of an object, or a number. */
export type Handle = bigint | number;

/** What a library needs to be called: how handles look, and those that its headers name. */
export interface MpiAbi {
  /** What it is called. */
  readonly name: "Open MPI" | "MPICH" | "MPI 5";
  /** The type of communicators, datatypes and requests. */
  readonly handle: "void *" | "int" | "intptr_t";
  readonly world: Handle;
  readonly byte: Handle;
  readonly infoNull: Handle;
  /** `MPI_STATUS_IGNORE`. */
  readonly noStatus: bigint | null;
  /** `MPI_COMM_TYPE_SHARED`: the processes that share memory. */
  readonly shared: number;
  /** `MPI_THREAD_FUNNELED`: there are other threads, and one alone calls. */
  readonly funneled: number;
}

/**
 * Tells the three binary interfaces apart by what a library has.
 * Source: mpi.h of Open MPI 4.1 and 5.0, of MPICH 4.0 and 5.0 (Intel MPI, MVAPICH and Cray MPICH share it), and
 * mpi_abi.h of MPI 5.0.
 * @param version what `MPI_Get_library_version` says.
 */
export function abiOf(library: LibraryHandle, version: string): MpiAbi {
  const symbol = (name: string): bigint => library.symbol(name) as bigint;
  if (/Open MPI/.test(version) && has(library, "ompi_mpi_comm_world")) {
    return {
      name: "Open MPI",
      handle: "void *",
      world: symbol("ompi_mpi_comm_world"),
      byte: symbol("ompi_mpi_byte"),
      infoNull: symbol("ompi_mpi_info_null"),
      noStatus: null,
      shared: 0,
      funneled: 1,
    };
  }
  if (followsStandard(library)) {
    return {
      name: "MPI 5",
      handle: "intptr_t",
      world: 0x101,
      byte: 0x247,
      infoNull: 0x130,
      noStatus: null,
      shared: 221,
      funneled: 1024,
    };
  }
  if (/MPICH|MVAPICH|Intel\(R\) MPI|Cray/i.test(version)) {
    return {
      name: "MPICH",
      handle: "int",
      world: 0x44000000,
      byte: 0x4c00010d,
      infoNull: 0x1c000000,
      noStatus: 1n,
      shared: 1,
      funneled: 1,
    };
  }
  throw new UserError(
    `got an MPI library that says it is "${version}"; expected Open MPI 4 or 5, one of the MPICH family, or one of the ` +
      "standard interface of MPI 5",
  );
}

/** Libraries of the standard interface say so; others of MPI 5 have the function too, and no version to give. */
function followsStandard(library: LibraryHandle): boolean {
  if (!has(library, "MPI_Abi_get_version")) return false;
  const [major, minor] = [new Int32Array(1), new Int32Array(1)];
  library.func("MPI_Abi_get_version", "int", ["void *", "void *"])(major, minor);
  return major[0]! > 0;
}

function has(library: LibraryHandle, name: string): boolean {
  try {
    library.symbol(name);
    return true;
  } catch {
    return false;
  }
}
