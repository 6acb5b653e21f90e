import { launcherLibraries } from "./launch.js";
import { versionOf } from "./mpi-library.js";

/** An MPI library of this machine, which is not started. */
export interface FoundLibrary {
  readonly name: string;
  readonly version: string;
}

/** The MPI libraries that this machine's linker finds; undefined where none can be opened, for want of koffi. */
export async function findLibraries(): Promise<FoundLibrary[] | undefined> {
  const koffi = await import("koffi").catch(() => undefined);
  return (
    koffi &&
    launcherLibraries.flatMap((name) => {
      try {
        return [{ name, version: versionOf(koffi.load(name)) }];
      } catch {
        return [];
      }
    })
  );
}
